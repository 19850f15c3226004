"""Districts brought in, plans made in the background, approved by two, announced to the log, made anew."""
