"""What is read from the database: only what readers may see."""
