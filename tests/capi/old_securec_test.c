// An object that was compiled long ago: it knows no header of ours and imports from libc_sec.so.
#include <stdarg.h>
#include <stddef.h>

extern int memcpy_s(void*, size_t, const void*, size_t);
extern int memmove_s(void*, size_t, const void*, size_t);
extern int memset_s(void*, size_t, int, size_t);
extern int strcpy_s(char*, size_t, const char*);
extern int strncpy_s(char*, size_t, const char*, size_t);
extern int strcat_s(char*, size_t, const char*);
extern int strncat_s(char*, size_t, const char*, size_t);
extern char* strtok_s(char*, const char*, char**);
extern int sprintf_s(char*, size_t, const char*, ...);
extern int vsprintf_s(char*, size_t, const char*, va_list);
extern int snprintf_s(char*, size_t, size_t, const char*, ...);
extern int vsnprintf_s(char*, size_t, size_t, const char*, va_list);
extern int sscanf_s(const char*, const char*, ...);
extern int vsscanf_s(const char*, const char*, va_list);

static int print_list(char* to, size_t room, const char* format, ...) {
  va_list arguments;
  int first;
  int second;
  va_start(arguments, format);
  first = vsprintf_s(to, room, format, arguments);
  va_end(arguments);
  va_start(arguments, format);
  second = vsnprintf_s(to, room, room - 1, format, arguments);
  va_end(arguments);
  return first == second ? first : -2;
}

static int scan_list(const char* from, const char* format, ...) {
  va_list arguments;
  int count;
  va_start(arguments, format);
  count = vsscanf_s(from, format, arguments);
  va_end(arguments);
  return count;
}

int main(void) {
  char text[16] = "";
  char* rest = NULL;
  int number = 0;
  int other = 0;
  int wrong = 0;
  wrong += memset_s(text, 16, 0, 16) != 0;
  wrong += memcpy_s(text, 2, "abc", 4) != 162;
  wrong += memmove_s(text, 16, "abc", 4) != 0;
  wrong += strcpy_s(text, 16, "ab") != 0;
  wrong += strcat_s(text, 16, "cd") != 0;
  wrong += strncat_s(text, 16, "efg", 1) != 0;
  wrong += text[4] != 'e' || text[5] != '\0';
  wrong += strncpy_s(text, 16, "a,b", 3) != 0;
  wrong += strtok_s(text, ",", &rest) != text || *rest != 'b';
  wrong += sprintf_s(text, 16, "%d", 7) != 1;
  wrong += snprintf_s(text, 16, 1, "%d", 77) != -1;
  wrong += print_list(text, 16, "%d%s", 7, "x") != 2;
  wrong += sscanf_s("5", "%d", &number) != 1 || number != 5;
  wrong += scan_list("6", "%d", &other) != 1 || other != 6;
  return wrong;
}
