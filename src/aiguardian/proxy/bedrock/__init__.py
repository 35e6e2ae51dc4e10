"""Amazon Bedrock's Converse API behind the shape of OpenAI's chat completions."""
