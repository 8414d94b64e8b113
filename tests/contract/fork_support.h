// What tests of forks share: what happened in a child, and what they send.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "hiaiengine/status.h"

namespace contract {

// What calls about graphs of the parent answer in a child.
constexpr HIAI_StatusT kParents = HIAI_GRAPH_ALREADY_USED_IN_ANOTHER_PROCESS;

inline std::shared_ptr<std::string> Text() { return std::make_shared<std::string>("text"); }

// A graph of one host engine.
inline std::string OneEngine(std::uint32_t id, const std::string& more = "",
                             const std::string& name = "Node") {
  return "graphs { graph_id: " + std::to_string(id) + " engines { id: 1 engine_name: \"" + name +
         "\" side: HOST " + more + "} }";
}

// Fails if the child does not end by itself, with the status of its _exit.
inline int StatusOf(pid_t child) {
  int status = -1;
  if (child <= 0 || ::waitpid(child, &status, 0) != child) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

// Forks. In the child a hang becomes a signal, so that it is a failure and no time-out of the test.
inline pid_t Fork() {
  const pid_t child = ::fork();
  if (child == 0) ::alarm(60);
  return child;
}

// True if `body()` returned true in a forked child.
template <typename Body>
bool TrueInChild(const Body& body) {
  const pid_t child = Fork();
  if (child == 0) ::_exit(body() ? 0 : 1);
  return StatusOf(child) == 0;
}

// The lines with `word` that a forked child writes to stderr while `body` runs.
template <typename Body>
std::size_t LinesOfChild(const std::string& word, const Body& body) {
  int ends[2];
  if (::pipe(ends) != 0) return ~std::size_t{0};
  const pid_t child = Fork();
  if (child == 0) {
    ::dup2(ends[1], STDERR_FILENO);
    body();
    ::_exit(0);
  }
  ::close(ends[1]);
  std::string all;
  char some[512];
  for (ssize_t got; (got = ::read(ends[0], some, sizeof some)) > 0;) {
    all.append(some, static_cast<std::size_t>(got));
  }
  ::close(ends[0]);
  EXPECT_EQ(StatusOf(child), 0);
  std::size_t lines = 0;
  for (std::size_t at = all.find(word); at != std::string::npos;) {
    ++lines;
    const std::size_t next = all.find('\n', at);
    at = next == std::string::npos ? next : all.find(word, next);
  }
  return lines;
}

}  // namespace contract
