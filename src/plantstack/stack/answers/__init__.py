"""Questions about KPIs -> rows: values, models, prices."""
