"""The door for staff and their systems: may we contact this customer, and why."""
