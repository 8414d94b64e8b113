// Threads with the smallest stack that the system allows call everything, the first use of the
// library included. The stack is painted before and looked at afterwards, on a larger one, so that
// a failure names the call and what it takes instead of ending the program.
#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <functional>
#include <string>

#include "borders.h"
#include "calls.h"

namespace {

using hiai::Graph;

// Sanitizers put room around each variable, and keep books on the stack.
#if defined(__SANITIZE_ADDRESS__)
constexpr std::size_t kGrowth = 8;
#else
constexpr std::size_t kGrowth = 1;
#endif

constexpr std::size_t kForTheCaller = 2048;
// Less than what makes the library parse on the caller's stack.
constexpr std::size_t kPainted = std::size_t{192} << 10;
constexpr unsigned char kPaint = 0xa5;

// The bytes of the stack that a thread has used for `body`, with what the C library puts there.
std::size_t StackFor(const std::function<void()>& body) {
  void* const stack = mmap(nullptr, kPainted, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (stack == MAP_FAILED) return kPainted;
  auto* const begin = static_cast<unsigned char*>(stack);
  std::fill_n(begin, kPainted, kPaint);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstack(&attributes, stack, kPainted);
  const auto run = [](void* call) -> void* {
    (*static_cast<const std::function<void()>*>(call))();
    return nullptr;
  };
  pthread_t thread;
  const int error =
      pthread_create(&thread, &attributes, run, const_cast<std::function<void()>*>(&body));
  EXPECT_EQ(error, 0);
  if (error == 0) pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
  const auto* const lowest =
      std::find_if(begin, begin + kPainted, [](unsigned char byte) { return byte != kPaint; });
  const auto used = static_cast<std::size_t>(begin + kPainted - lowest);
  munmap(stack, kPainted);
  return used;
}

void ExpectSmall(const char* name, const std::function<void()>& body) {
  const auto smallest = static_cast<std::size_t>(sysconf(_SC_THREAD_STACK_MIN));
  EXPECT_LE(StackFor(body), (smallest - kForTheCaller) * kGrowth) << name;
}

// Runs in a process that has used nothing yet, where each case has one, as in ctest.
TEST(SmallStack, HoldsTheFirstUse) {
  borders::ConfigFile();
  HIAI_StatusT status = HIAI_ERROR;

  ExpectSmall("initialise", [&] { status = HIAI_Init(0); });
  EXPECT_EQ(status, HIAI_OK);
  ExpectSmall("create", [&] { status = Graph::CreateGraph(borders::ConfigFile()); });
  EXPECT_EQ(status, HIAI_OK);
  ExpectSmall("send", [&] {
    status = Graph::GetInstance(borders::kGraph)
                 ->SendData({borders::kGraph, borders::kEcho, 0}, "stress.Frame", MakeFrame(1),
                            kPatience);
  });
  EXPECT_EQ(status, HIAI_OK);
  ExpectSmall("destroy", [&] { status = Graph::DestroyGraph(borders::kGraph); });
  EXPECT_EQ(status, HIAI_OK);
  borders::AwaitNothingLive();
}

// As deep as configurations may be: parser, copies and destructors go down with each level.
TEST(SmallStack, HoldsTheDeepestConfiguration) {
  const std::string path = testing::TempDir() + "deepest_" + std::to_string(getpid()) + ".config";
  const int levels = 27;  // beside graphs, engines, ai_config, as deep as files may be
  std::string items = "items { ";
  for (int level = 1; level < levels; ++level) items += "sub_items { ";
  items += std::string(levels, '}');
  std::ofstream(path) << "graphs { graph_id: 7 engines { id: 1 engine_name: \"BordersSink\" "
                         "side: HOST ai_config { "
                      << items << " } } }";
  HIAI_StatusT status = HIAI_ERROR;
  ExpectSmall("create", [&] { status = Graph::CreateGraph(path); });
  EXPECT_EQ(status, HIAI_OK);
  ExpectSmall("destroy", [&] { status = Graph::DestroyGraph(7); });
  EXPECT_EQ(status, HIAI_OK);
  std::remove(path.c_str());
}

TEST(SmallStack, HoldsEachCall) {
  ASSERT_EQ(Graph::CreateGraph(borders::ConfigFile()), HIAI_OK);
  const std::shared_ptr<Graph> graph = Graph::GetInstance(borders::kGraph);
  ASSERT_NE(graph, nullptr);

  for (const borders::Call& call : borders::AllCalls(*graph)) ExpectSmall(call.name, call.call);

  EXPECT_EQ(Graph::DestroyGraph(borders::kGraph), HIAI_OK);
  borders::AwaitNothingLive();
}

}  // namespace
