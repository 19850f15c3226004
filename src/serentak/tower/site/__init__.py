"""What all pages share: layout, words, language, headers, health."""
