"""The Victim Contact Scheme: who is eligible, how far each referral has come, and who was left out."""
