"""Who escorts and guards what, where, now; and whether there are enough of them."""
