"""Reading files of orders: the column map, the rows of a file, and the items made from them."""
