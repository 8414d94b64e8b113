/* What C and C++ share: plain structs. */
#ifndef RECORDER_CLIP_H_
#define RECORDER_CLIP_H_

#include <stdint.h>

/* Goes to the device; the samples without a copy if they are in pool memory. */
typedef struct Clip {
  uint32_t number;
  uint32_t count;
  int16_t* samples;
} Clip;

/* Comes back. */
typedef struct Level {
  uint32_t number;
  int32_t sum;
  char title[24];
} Level;

#endif
