"""What is remembered of conversations: facts, which turns answer a question, and the budget."""
