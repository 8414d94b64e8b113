int TheAnswer() { return 42; }
