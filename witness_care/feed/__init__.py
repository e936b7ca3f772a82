"""What courts and agencies send: the inbox, the translators and the matching."""
