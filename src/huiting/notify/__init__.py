"""Tell people and programs elsewhere: mail, webhooks, chat robots; one module a channel.

A channel sends one notice or raises `DeliveryError`; trying again is the queue's work.
Notices carry no transcript and no personal data: identifiers, counts, rule names, a link.
"""
