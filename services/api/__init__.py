"""The reading room: finds, shows and follows articles. It writes nothing and knows no queue."""
