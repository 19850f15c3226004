"""What a polling station must receive: rules as data, ballots, boxes, ids, weights."""
