"""The same books in pandas, as far as time by hour and account and pieces by hour and class go.

It leaves out what the SQL does beside: evidence, causes, lanes, failures, changeovers, plans, counts spread
over hours, ideal seconds, what a page carries over. What it gives is compared cell by cell.
"""
