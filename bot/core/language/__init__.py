"""What a message means: signs of crisis, the topics it asks about, the option it names."""
