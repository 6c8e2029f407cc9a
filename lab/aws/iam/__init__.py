"""Who calls the embedded AWS, and what their policies allow."""
