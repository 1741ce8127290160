"""Events to every second accounted for: rule tables and the SQL steps that apply them."""
