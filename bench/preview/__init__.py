"""What a preview of a tag-in takes, beside what the same records take without any of this project's checks."""
