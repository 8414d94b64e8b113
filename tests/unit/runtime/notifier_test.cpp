#include "runtime/notifier.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <future>
#include <optional>
#include <thread>
#include <vector>

namespace openmatrix {
namespace {

// The thread sanitizer allows no new threads after the fork of a process with several.
#if defined(__SANITIZE_THREAD__)
constexpr bool kThreadsInChild = false;
#else
constexpr bool kThreadsInChild = true;
#endif

TEST(Notifier, RunsTasksInOrderOnAThreadOfItsOwn) {
  Notifier notifier;
  std::vector<int> order;
  std::promise<std::thread::id> last;
  for (int i = 0; i < 10; ++i) notifier.Post([&order, i] { order.push_back(i); });
  notifier.Post([&last] { last.set_value(std::this_thread::get_id()); });

  EXPECT_NE(last.get_future().get(), std::this_thread::get_id());
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

TEST(Notifier, WaitsForItsTasksWhenItDies) {
  std::promise<void> started;
  std::promise<void> may_end;
  bool ended = false;
  std::thread opener;
  {
    std::optional<Notifier> notifier(std::in_place);
    notifier->Post([&] {
      started.set_value();
      may_end.get_future().wait();
      ended = true;
    });
    started.get_future().wait();
    opener = std::thread([&] { may_end.set_value(); });
  }

  EXPECT_TRUE(ended);
  opener.join();
}

TEST(Notifier, ATaskMayPostAnother) {
  Notifier notifier;
  std::promise<void> done;

  notifier.Post([&] { notifier.Post([&done] { done.set_value(); }); });

  done.get_future().wait();
}

TEST(Notifier, ATaskThatEndsItsThreadTakesNoOtherWithIt) {
  Notifier notifier;
  std::promise<void> posted;
  std::promise<void> done;
  notifier.Post([&posted] {
    posted.get_future().wait();
    ::pthread_exit(nullptr);
  });
  notifier.Post([&done] { done.set_value(); });

  posted.set_value();

  done.get_future().wait();
}

TEST(Notifier, WorksAgainAfterItsThreadHasEnded) {
  Notifier notifier;
  for (int round = 0; round < 100; ++round) {
    std::promise<void> done;
    notifier.Post([&done] { done.set_value(); });
    done.get_future().wait();
  }
}

TEST(Notifier, AForkedChildHasNoneOfTheTasksAndMayPostItsOwn) {
  Notifier notifier;
  std::promise<void> started;
  std::promise<void> may_end;
  std::shared_future<void> gate = may_end.get_future().share();
  notifier.Post([&started, gate] {
    started.set_value();
    gate.wait();
  });
  int parents_only = 0;
  notifier.Post([&parents_only] { ++parents_only; });
  started.get_future().wait();

  const pid_t child = ::fork();
  if (child == 0) {
    if (kThreadsInChild) {
      std::promise<void> done;
      notifier.Post([&done] { done.set_value(); });
      done.get_future().wait();
    }
    ::_exit(parents_only == 0 ? 0 : 1);
  }
  ASSERT_GT(child, 0);
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  may_end.set_value();
  std::promise<void> last;
  notifier.Post([&last] { last.set_value(); });
  last.get_future().wait();
  EXPECT_EQ(parents_only, 1);
}

}  // namespace
}  // namespace openmatrix
