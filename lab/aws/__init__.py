"""The embedded AWS: moto in this process, corrected where it is kinder than AWS."""
