"""Streams: nothing leaves before it was judged, under any chunking."""
