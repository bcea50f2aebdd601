"""What two services or more use: contracts, tables, database, queue, HTTP manners. It knows no service."""
