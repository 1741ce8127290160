"""Questions of improvement and of the portfolio: what pages, reports and exports ask alike."""
