"""Cases as files that leave the house: CSV, JSON and FHIR R4. Pure: from intakes to text."""
