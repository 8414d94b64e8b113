// securec.h in C99, by the name alone as the vendor's makefiles have it, and through log.h.
#include "securec.h"

#include <stdio.h>
#include <string.h>

#include "hiaiengine/c_api.h"

static int failures;

#define EXPECT(condition)                                             \
  do {                                                                \
    if (!(condition)) {                                               \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
      ++failures;                                                     \
    }                                                                 \
  } while (0)

int main(void) {
  char text[8] = "";
  char word[4] = "";
  char* rest = NULL;
  int number = 0;
  errno_t answer = memset_s(text, sizeof text, '#', sizeof text);

  EXPECT(answer == EOK);
  EXPECT(memcpy_s(text, sizeof text, "abcdefgh", 8) == EOK);
  EXPECT(memcpy_s(text + 1, 7, text, 4) == EOVERLAP_AND_RESET);
  EXPECT(memmove_s(text, sizeof text, "1234567", 8) == EOK);
  EXPECT(strcpy_s(text, sizeof text, "12345678") == ERANGE_AND_RESET && text[0] == '\0');
  EXPECT(strncpy_s(text, sizeof text, "12345678", 3) == EOK);
  EXPECT(strcat_s(text, sizeof text, "45") == EOK);
  EXPECT(strncat_s(text, sizeof text, "678", 1) == EOK);
  EXPECT(strcmp(text, "123456") == 0);
  EXPECT(strcmp(strtok_s(text, "3", &rest), "12") == 0 && strcmp(rest, "456") == 0);
  EXPECT(sprintf_s(text, sizeof text, "%d", 42) == 2);
  EXPECT(snprintf_s(text, sizeof text, sizeof text - 1, "%s", "too long") == -1);
  EXPECT(strcmp(text, "too lon") == 0);
  EXPECT(sscanf_s("7 abc", "%d %s", &number, word, (unsigned)sizeof word) == 2);
  EXPECT(number == 7 && strcmp(word, "abc") == 0);
  return failures == 0 ? 0 : 1;
}
