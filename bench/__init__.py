"""How fast, small and light the bot is, measured beside a stock Rasa bot: ``make bench``."""
