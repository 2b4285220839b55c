"""Judges and their devices: a link is bound to the device that it is first redeemed on; others need a PIN besides.

`naming` puts into words what a browser says it is, `pins` are the six digits, `devices` lets in and sends out.
"""
