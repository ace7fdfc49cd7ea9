mod chain;
mod record;
mod sample;
