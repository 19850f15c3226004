"""Operations: what runs beside the web process, and what keeps the site whole."""
