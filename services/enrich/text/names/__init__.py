"""Who, what and where: the names of people, bodies and places, and the documents and programmes that a text refers to."""
