"""The facilitator's board: a service of the hub that shows who is where and who needs a hand."""
