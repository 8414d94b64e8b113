// A program that has libmatrix in a plug-in only, where libraries of devices do not see it unless
// the loader makes it visible.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <functional>
#include <future>
#include <iterator>
#include <string>
#include <thread>

#include "programs/config_text.h"
#include "test_library.h"
#include "waiting_thread.h"

// What the static constructor of libs/constructor.cpp calls.
std::function<void()> g_in_constructor;
extern "C" void OpenmatrixTestConstructor() {
  if (g_in_constructor) g_in_constructor();
}

namespace {

std::string WriteGraph(std::uint32_t id, const std::string& engine, const std::string& library) {
  std::string path = testing::TempDir() + "plug_in_" + std::to_string(::getpid()) + "_" +
                     std::to_string(id) + ".config";
  std::ofstream(path) << GraphText(id, DeviceEngine(1, engine, library));
  return path;
}

// The first thread that makes the framework visible waits for the dynamic linker, whose lock the
// second one holds: that one must not take it for done.
TEST(PlugIn, ALibraryFindsTheFrameworkWhileAnotherThreadMakesItVisible) {
  void* const plug_in =
      ::dlopen(openmatrix::TestLibrary("openmatrix_test_plug_in").c_str(), RTLD_NOW | RTLD_LOCAL);
  ASSERT_NE(plug_in, nullptr) << ::dlerror();
  const auto create =
      reinterpret_cast<bool (*)(const char*)>(::dlsym(plug_in, "OpenmatrixTestCreateGraph"));
  const auto destroy =
      reinterpret_cast<bool (*)(std::uint32_t)>(::dlsym(plug_in, "OpenmatrixTestDestroyGraph"));
  ASSERT_TRUE(create != nullptr && destroy != nullptr);
  const std::string first = WriteGraph(1, "DeviceEcho", "openmatrix_test_device");
  const std::string second = WriteGraph(2, "DeviceSettings", "openmatrix_test_settings");
  std::thread other;
  std::promise<pid_t> id;
  bool others = false;
  bool inner = false;
  g_in_constructor = [&] {
    other = std::thread([&] {
      id.set_value(static_cast<pid_t>(::syscall(SYS_gettid)));
      others = create(first.c_str());
    });
    EXPECT_TRUE(openmatrix::WaitUntilItWaits(id.get_future().get()));
    inner = create(second.c_str());
  };

  void* const handle =
      ::dlopen(openmatrix::TestLibrary("openmatrix_test_constructor").c_str(), RTLD_NOW);
  g_in_constructor = nullptr;
  other.join();

  EXPECT_NE(handle, nullptr);
  EXPECT_TRUE(inner);
  EXPECT_TRUE(others);
  for (const std::uint32_t graph : {1u, 2u}) EXPECT_TRUE(destroy(graph));
  ::unlink(first.c_str());
  ::unlink(second.c_str());
}

}  // namespace
