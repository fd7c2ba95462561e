//! One verdict, many formats: one file per format, each a function from the verdict to text.
