//! The examples of this package run on AWS Lambda. Its tests run them against a local Runtime API.
