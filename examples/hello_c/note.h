/* The message of hello_c, for the program in C and the engines in C++. */
#ifndef HELLO_C_NOTE_H
#define HELLO_C_NOTE_H

#include <stdint.h>

#define NOTE_NAME "HelloNote"

typedef struct Note {
  uint32_t number;
  char text[60];
} Note;

#endif
