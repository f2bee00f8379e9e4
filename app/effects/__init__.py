"""What must happen once because of a payment: mails, invoices, notices."""
