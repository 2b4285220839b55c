"""Crossed random effects: the model, its equations and its fit."""
