"""What is asked of a language model about a call, and how far its answers are believed.

An answer counts only with words that were really said: every quote is looked up in the
transcript. The transcript is material, never instructions.
"""
