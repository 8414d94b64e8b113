/* Copying and printing with the size of the destination: the interface of Huawei's libc_sec, which
 * the vendor's log.h brings along. C99 and C++11, and the functions are local to whoever includes
 * this; objects that import them find them in libc_sec.so, which src/compat makes of this file.
 *
 * Functions that return errno_t answer EOK, or why they refused:
 *   EINVAL    a null pointer; nothing was written
 *   ERANGE    destMax is 0 or beyond the limit; nothing was written
 *   ..._AND_RESET  the destination was cleared: memory with zeros all over, a string by its first
 *             byte; EOVERLAP_AND_RESET when source and destination overlap
 * The printing functions answer the number of characters, or -1. None of them allocates. */
#ifndef OPENMATRIX_LIBC_SEC_SECUREC_H_
#define OPENMATRIX_LIBC_SEC_SECUREC_H_

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#ifndef OPENMATRIX_SECUREC_API
#define OPENMATRIX_SECUREC_API static inline
#endif

#ifdef __cplusplus
#define OPENMATRIX_SECUREC_CAST(type, value) static_cast<type>(value)
#else
#define OPENMATRIX_SECUREC_CAST(type, value) ((type)(value))
#endif

/* The most bytes that a destination may have. */
#define SECUREC_MEM_MAX_LEN 0x7fffffffUL
#define SECUREC_STRING_MAX_LEN 0x7fffffffUL

#ifndef SECUREC_HAVE_ERRNO_T
#define SECUREC_HAVE_ERRNO_T 1
typedef int errno_t;
#endif

#ifndef EOK
#define EOK 0
#endif
#define EINVAL_AND_RESET 150
#define ERANGE_AND_RESET 162
#define EOVERLAP_AND_RESET 182

/* Formats come from the application. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

#ifdef __cplusplus
extern "C" {
#endif

/* --- helpers; not for applications ------------------------------------------------------------ */

/* Length of a string, or `limit` if there is no end before it. By hand: of memchr the compiler
 * demands that all of `limit` can be read. */
static inline size_t openmatrix_sec_length(const char* text, size_t limit) {
  size_t length = 0;
  while (length < limit && text[length] != '\0') ++length;
  return length;
}

static inline int openmatrix_sec_overlap(const void* dest, size_t dest_bytes, const void* src,
                                         size_t src_bytes) {
  const char* const a = OPENMATRIX_SECUREC_CAST(const char*, dest);
  const char* const b = OPENMATRIX_SECUREC_CAST(const char*, src);
  return (a <= b && b < a + dest_bytes) || (b <= a && a < b + src_bytes);
}

/* What copies and moves refuse alike; EOK if they may go on. */
static inline errno_t openmatrix_sec_check_memory(void* dest, size_t destMax, const void* src,
                                                  size_t count) {
  if (destMax == 0 || destMax > SECUREC_MEM_MAX_LEN) return ERANGE;
  if (dest == NULL) return EINVAL;
  if (src != NULL && count <= destMax) return EOK;
  memset(dest, 0, destMax);
  return src == NULL ? EINVAL_AND_RESET : ERANGE_AND_RESET;
}

/* What strcpy_s and its relatives refuse alike. */
static inline errno_t openmatrix_sec_check_string(char* dest, size_t destMax, const char* src) {
  if (destMax == 0 || destMax > SECUREC_STRING_MAX_LEN) return ERANGE;
  if (dest == NULL) return EINVAL;
  if (src != NULL) return EOK;
  dest[0] = '\0';
  return EINVAL_AND_RESET;
}

/* Puts `length` bytes of src and an end behind the `used` bytes of dest. */
static inline errno_t openmatrix_sec_append(char* dest, size_t destMax, size_t used,
                                            const char* src, size_t length) {
  if (length >= destMax - used) {
    dest[0] = '\0';
    return ERANGE_AND_RESET;
  }
  if (openmatrix_sec_overlap(dest, used + length + 1, src, length + 1)) {
    dest[0] = '\0';
    return EOVERLAP_AND_RESET;
  }
  memmove(dest + used, src, length);
  dest[used + length] = '\0';
  return EOK;
}

/* Appends at most `limit` bytes of src to the string in dest. */
static inline errno_t openmatrix_sec_concatenate(char* dest, size_t destMax, const char* src,
                                                 size_t limit) {
  const errno_t refused = openmatrix_sec_check_string(dest, destMax, src);
  size_t used;
  if (refused != EOK) return refused;
  used = openmatrix_sec_length(dest, destMax);
  if (used == destMax) { /* no string */
    dest[0] = '\0';
    return EINVAL_AND_RESET;
  }
  if (limit > destMax) limit = destMax; /* longer ones do not fit anyway */
  return openmatrix_sec_append(dest, destMax, used, src, openmatrix_sec_length(src, limit));
}

/* --- memory ----------------------------------------------------------------------------------- */

/* Copies `count` bytes. Source and destination must not overlap, unless they are the same. */
OPENMATRIX_SECUREC_API errno_t memcpy_s(void* dest, size_t destMax, const void* src, size_t count) {
  const errno_t refused = openmatrix_sec_check_memory(dest, destMax, src, count);
  if (refused != EOK) return refused;
  if (count == 0 || dest == src) return EOK;
  if (openmatrix_sec_overlap(dest, count, src, count)) {
    memset(dest, 0, destMax);
    return EOVERLAP_AND_RESET;
  }
  memmove(dest, src, count); /* of memcpy the compiler would warn although overlap ends above */
  return EOK;
}

/* Copies `count` bytes; source and destination may overlap. */
OPENMATRIX_SECUREC_API errno_t memmove_s(void* dest, size_t destMax, const void* src,
                                         size_t count) {
  const errno_t refused = openmatrix_sec_check_memory(dest, destMax, src, count);
  if (refused != EOK) return refused;
  memmove(dest, src, count);
  return EOK;
}

/* Sets `count` bytes to `c`, also where the compiler sees that nobody reads them. More bytes than
 * there are: sets all there are, and answers ERANGE_AND_RESET. */
OPENMATRIX_SECUREC_API errno_t memset_s(void* dest, size_t destMax, int c, size_t count) {
  if (destMax == 0 || destMax > SECUREC_MEM_MAX_LEN) return ERANGE;
  if (dest == NULL) return EINVAL;
  memset(dest, c, count > destMax ? destMax : count);
  __asm__ __volatile__("" : : "r"(dest) : "memory");
  return count > destMax ? ERANGE_AND_RESET : EOK;
}

/* --- strings ---------------------------------------------------------------------------------- */

/* Copies a string with its end. */
OPENMATRIX_SECUREC_API errno_t strcpy_s(char* strDest, size_t destMax, const char* strSrc) {
  const errno_t refused = openmatrix_sec_check_string(strDest, destMax, strSrc);
  size_t length;
  if (refused != EOK) return refused;
  length = openmatrix_sec_length(strSrc, destMax);
  if (strDest == strSrc && length < destMax) return EOK;
  return openmatrix_sec_append(strDest, destMax, 0, strSrc, length);
}

/* Copies at most `count` characters, and always an end. */
OPENMATRIX_SECUREC_API errno_t strncpy_s(char* strDest, size_t destMax, const char* strSrc,
                                         size_t count) {
  const errno_t refused = openmatrix_sec_check_string(strDest, destMax, strSrc);
  size_t length;
  if (refused != EOK) return refused;
  if (count > SECUREC_STRING_MAX_LEN) {
    strDest[0] = '\0';
    return ERANGE_AND_RESET;
  }
  length = openmatrix_sec_length(strSrc, count < destMax ? count : destMax);
  if (strDest == strSrc && length < destMax) {
    strDest[length] = '\0';
    return EOK;
  }
  return openmatrix_sec_append(strDest, destMax, 0, strSrc, length);
}

/* Appends a string. A destination without an end is reset: EINVAL_AND_RESET. */
OPENMATRIX_SECUREC_API errno_t strcat_s(char* strDest, size_t destMax, const char* strSrc) {
  return openmatrix_sec_concatenate(strDest, destMax, strSrc, SECUREC_STRING_MAX_LEN);
}

/* Appends at most `count` characters, and always an end. */
OPENMATRIX_SECUREC_API errno_t strncat_s(char* strDest, size_t destMax, const char* strSrc,
                                         size_t count) {
  if (count > SECUREC_STRING_MAX_LEN && strDest != NULL && strSrc != NULL && destMax != 0 &&
      destMax <= SECUREC_STRING_MAX_LEN) {
    strDest[0] = '\0';
    return ERANGE_AND_RESET;
  }
  return openmatrix_sec_concatenate(strDest, destMax, strSrc, count);
}

/* Finds the next token: of strToken, or behind the one before if that is null. Null if there is
 * none, or for a null argument. */
OPENMATRIX_SECUREC_API char* strtok_s(char* strToken, const char* strDelimit, char** context) {
  char* end;
  if (strDelimit == NULL || context == NULL) return NULL;
  if (strToken == NULL) strToken = *context;
  if (strToken == NULL) return NULL;
  strToken += strspn(strToken, strDelimit);
  if (*strToken == '\0') {
    *context = strToken;
    return NULL;
  }
  end = strToken + strcspn(strToken, strDelimit);
  if (*end != '\0') *end++ = '\0';
  *context = end;
  return strToken;
}

/* --- printing --------------------------------------------------------------------------------- */

/* Prints. What does not fit leaves an empty string and answers -1. */
OPENMATRIX_SECUREC_API int vsprintf_s(char* strDest, size_t destMax, const char* format,
                                      va_list argList) {
  int length;
  if (strDest == NULL || destMax == 0 || destMax > SECUREC_STRING_MAX_LEN) return -1;
  length = format == NULL ? -1 : vsnprintf(strDest, destMax, format, argList);
  if (length >= 0 && OPENMATRIX_SECUREC_CAST(size_t, length) < destMax) return length;
  strDest[0] = '\0';
  return -1;
}

/* Prints at most `count` characters. Longer text is cut there and answers -1; if not even that fits
 * into the destination, it is left empty. */
OPENMATRIX_SECUREC_API int vsnprintf_s(char* strDest, size_t destMax, size_t count,
                                       const char* format, va_list argList) {
  size_t room;
  int length;
  if (strDest == NULL || destMax == 0 || destMax > SECUREC_STRING_MAX_LEN) return -1;
  if (format == NULL ||
      (count >= SECUREC_STRING_MAX_LEN && count != OPENMATRIX_SECUREC_CAST(size_t, -1))) {
    strDest[0] = '\0';
    return -1;
  }
  room = count < destMax ? count + 1 : destMax;
  length = vsnprintf(strDest, room, format, argList);
  if (length >= 0 && OPENMATRIX_SECUREC_CAST(size_t, length) < room) return length;
  if (length < 0 || count >= destMax) strDest[0] = '\0';
  return -1;
}

/* Prints, and cuts what does not fit: answers the characters that are there, -1 on errors only. */
OPENMATRIX_SECUREC_API int vsnprintf_truncated_s(char* strDest, size_t destMax, const char* format,
                                                 va_list argList) {
  int length;
  if (strDest == NULL || destMax == 0 || destMax > SECUREC_STRING_MAX_LEN) return -1;
  length = format == NULL ? -1 : vsnprintf(strDest, destMax, format, argList);
  if (length < 0) {
    strDest[0] = '\0';
    return -1;
  }
  if (OPENMATRIX_SECUREC_CAST(size_t, length) < destMax) return length;
  return OPENMATRIX_SECUREC_CAST(int, destMax - 1);
}

/* As vsprintf_s. */
OPENMATRIX_SECUREC_API int sprintf_s(char* strDest, size_t destMax, const char* format, ...) {
  int length;
  va_list arguments;
  va_start(arguments, format);
  length = vsprintf_s(strDest, destMax, format, arguments);
  va_end(arguments);
  return length;
}

/* As vsnprintf_s. */
OPENMATRIX_SECUREC_API int snprintf_s(char* strDest, size_t destMax, size_t count,
                                      const char* format, ...) {
  int length;
  va_list arguments;
  va_start(arguments, format);
  length = vsnprintf_s(strDest, destMax, count, format, arguments);
  va_end(arguments);
  return length;
}

/* As vsnprintf_truncated_s. */
OPENMATRIX_SECUREC_API int snprintf_truncated_s(char* strDest, size_t destMax, const char* format,
                                                ...) {
  int length;
  va_list arguments;
  va_start(arguments, format);
  length = vsnprintf_truncated_s(strDest, destMax, format, arguments);
  va_end(arguments);
  return length;
}

/* --- scanning ---------------------------------------------------------------------------------
 *
 * As sscanf, but behind the pointer of each %s, %c and %[ stands the size of its buffer in
 * characters. Text that does not fit empties the buffer and answers -1. Everything else is handed
 * to the C library piece by piece, so numbers mean the same. Positional arguments and %m are not
 * supported: scanning ends there. */

/* One conversion of a format, from its percent sign to its letter. */
typedef struct openmatrix_sec_conversion {
  char text[320]; /* "%<width><letter>%n": room for a %[ of all characters */
  char skip[320]; /* the same with '*': finds the length without storing */
  size_t bytes;   /* of the format */
  char letter;    /* 0 if it is not supported */
  int is_silent;  /* '*' */
  int is_wide;    /* 'l' */
  int is_sized;   /* a buffer and its size */
} openmatrix_sec_conversion;

static inline int openmatrix_sec_is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/* Bytes of the set behind "%[" with its closing bracket; 0 if there is none. */
static inline size_t openmatrix_sec_set_bytes(const char* set) {
  size_t i = set[0] == '^' ? 1 : 0;
  if (set[i] == ']') ++i;
  while (set[i] != '\0' && set[i] != ']') ++i;
  return set[i] == ']' ? i + 1 : 0;
}

/* Reads a conversion. REQUIRES: format[0] is a percent sign. */
static inline openmatrix_sec_conversion openmatrix_sec_parse(const char* format) {
  openmatrix_sec_conversion result;
  size_t at = 1;
  size_t rest;
  memset(&result, 0, sizeof result);
  if (format[at] == '*') {
    result.is_silent = 1;
    ++at;
  }
  rest = at;
  while (format[at] >= '0' && format[at] <= '9') ++at;
  while (format[at] != '\0' && strchr("hlLjztq", format[at]) != NULL) {
    if (format[at] == 'l') result.is_wide = 1;
    ++at;
  }
  if (format[at] == '\0' || strchr("diouxXaAeEfFgGpnscSC[", format[at]) == NULL) return result;
  result.bytes = at + 1;
  if (format[at] == '[') {
    const size_t set = openmatrix_sec_set_bytes(format + at + 1);
    if (set == 0) return result;
    result.bytes += set;
  }
  if (result.bytes + 4 > sizeof result.text) return result;
  result.letter = format[at];
  result.is_sized = strchr("scSC[", result.letter) != NULL;
  result.is_wide = result.is_wide || result.letter == 'S' || result.letter == 'C';
  result.text[0] = '%';
  memcpy(result.text + 1, format + rest, result.bytes - rest);
  memcpy(result.text + 1 + (result.bytes - rest), "%n", 3);
  result.skip[0] = '%';
  result.skip[1] = '*';
  memcpy(result.skip + 2, result.text + 1, strlen(result.text + 1) + 1);
  return result;
}

/* Empties a buffer of a sized conversion. */
static inline void openmatrix_sec_empty(void* buffer, size_t size, int is_wide) {
  if (buffer != NULL && size > 0) memset(buffer, 0, is_wide ? sizeof(wchar_t) : 1);
}

/* As sscanf_s. */
OPENMATRIX_SECUREC_API int vsscanf_s(const char* buffer, const char* format, va_list argList) {
  const char* input = buffer;
  int assigned = 0;
  if (buffer == NULL || format == NULL) return -1;
  while (*format != '\0') {
    openmatrix_sec_conversion conversion;
    void* target = NULL;
    int used = -1;
    if (openmatrix_sec_is_space(*format)) {
      while (openmatrix_sec_is_space(*input)) ++input;
      ++format;
      continue;
    }
    if (*format != '%' || format[1] == '%') {
      if (*format == '%') {
        ++format;
        while (openmatrix_sec_is_space(*input)) ++input;
      }
      if (*input != *format) return *input == '\0' && assigned == 0 ? -1 : assigned;
      ++input;
      ++format;
      continue;
    }
    conversion = openmatrix_sec_parse(format);
    if (conversion.letter == '\0') return assigned;
    format += conversion.bytes;
    if (conversion.letter == 'n') {
      if (conversion.is_silent) continue;
      target = va_arg(argList, void*);
      if (target == NULL) return -1;
      /* Text of nothing but %n would count from here, so the number is put there by hand. */
      if (conversion.is_wide) {
        *OPENMATRIX_SECUREC_CAST(long*, target) = OPENMATRIX_SECUREC_CAST(long, input - buffer);
      } else {
        *OPENMATRIX_SECUREC_CAST(int*, target) = OPENMATRIX_SECUREC_CAST(int, input - buffer);
      }
      continue;
    }
    if (sscanf(input, conversion.skip, &used) == EOF && used < 0) {
      const char* rest = input;
      while (openmatrix_sec_is_space(*rest)) ++rest;
      return *rest == '\0' && assigned == 0 ? -1 : assigned;
    }
    if (used < 0) return assigned; /* does not match */
    if (!conversion.is_silent) {
      target = va_arg(argList, void*);
      if (conversion.is_sized) {
        /* Given as int or as size_t: the lower half is there in both cases. */
        const size_t size = va_arg(argList, unsigned int);
        const char* text = input;
        size_t needed;
        if (conversion.letter == 's' || conversion.letter == 'S') {
          while (openmatrix_sec_is_space(*text)) ++text;
        }
        needed = OPENMATRIX_SECUREC_CAST(size_t, used - (text - input));
        if (conversion.letter != 'c' && conversion.letter != 'C') ++needed; /* the end */
        if (target == NULL || needed > size) {
          openmatrix_sec_empty(target, size, conversion.is_wide);
          return -1;
        }
      }
      if (target == NULL) return -1;
      used = -1;
      if (sscanf(input, conversion.text, target, &used) != 1 || used < 0) return assigned;
      ++assigned;
    }
    input += used;
  }
  return assigned;
}

/* Reads from a string: the number of values, or -1. */
OPENMATRIX_SECUREC_API int sscanf_s(const char* buffer, const char* format, ...) {
  int assigned;
  va_list arguments;
  va_start(arguments, format);
  assigned = vsscanf_s(buffer, format, arguments);
  va_end(arguments);
  return assigned;
}

#ifdef __cplusplus
} /* extern "C" */
#endif

#pragma GCC diagnostic pop

#endif /* OPENMATRIX_LIBC_SEC_SECUREC_H_ */
