#ifndef ROUNDS_TERMINAL_H
#define ROUNDS_TERMINAL_H

/* How wide the terminal at DESCRIPTOR is at this moment: what it says itself,
 * else what COLUMNS says; 0: not known, or no terminal. */
unsigned terminal_columns(int descriptor);

#endif
