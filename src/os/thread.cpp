#include "os/thread.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

namespace openmatrix {

bool IsLastThread() noexcept {
  const int file = ::open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  char text[512];
  const ssize_t bytes = ::read(file, text, sizeof text - 1);
  ::close(file);
  if (bytes <= 0) return false;
  text[bytes] = '\0';
  // "<id> (<any name>) <state of main's thread> ... <threads> ...": the 3rd and the 20th word.
  const char* const name_end = std::strrchr(text, ')');
  char state = '?';
  long threads = 0;
  return name_end != nullptr &&
         std::sscanf(name_end,
                     ") %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
                     "%*s %ld",
                     &state, &threads) == 2 &&
         state == 'Z' && threads == 2;
}

}  // namespace openmatrix
