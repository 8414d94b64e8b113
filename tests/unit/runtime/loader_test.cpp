#include "runtime/loader.h"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <iterator>
#include <thread>

#include "api/process_instance.h"
#include "hiaiengine/data_type_reg.h"
#include "hiaiengine/engine.h"
#include "hiaiengine/init.h"
#include "os/module.h"
#include "signing.h"
#include "test_library.h"
#include "waiting_thread.h"

// The libraries take the framework's names from this program, which must therefore use them.
namespace {

class InTheProgram : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};

HIAI_IMPL_ENGINE_PROCESS("InTheProgram", InTheProgram, 1) { return SendData(0, "string", arg0); }

}  // namespace

// What the static constructor of libs/constructor.cpp calls.
std::function<void()> g_in_constructor;
extern "C" void OpenmatrixTestConstructor() {
  if (g_in_constructor) g_in_constructor();
}

namespace openmatrix {
namespace {

Status Load(const std::vector<std::string>& names, View side) {
  Loader loader([] {});
  return loader.Load(names, side);
}

TEST(Loader, WhatADeviceLibraryRegistersIsTheDevicesAndLiesInIt) {
  const Status loaded = Load({TestLibrary("openmatrix_test_device")}, View::Device(1));

  ASSERT_TRUE(loaded.ok()) << loaded.error().text;
  const EngineCreator creator = GetEngineRegistry(View::Device(1)).Find("DeviceEcho");
  ASSERT_NE(creator, nullptr);
  EXPECT_EQ(GetEngineRegistry(View::Host()).Find("DeviceEcho"), nullptr);
  std::uint32_t device = 0;
  ASSERT_TRUE(FindDeviceOf(reinterpret_cast<const void*>(creator), device));
  EXPECT_EQ(device, 1u);
  EXPECT_TRUE(
      CheckBelongsTo(reinterpret_cast<const void*>(creator), View::Device(1), "creator").ok());
}

TEST(Loader, WhatAHostLibraryRegistersIsTheHosts) {
  ASSERT_TRUE(Load({TestLibrary("openmatrix_test_host")}, View::Host()).ok());

  const EngineCreator creator = GetEngineRegistry(View::Host()).Find("HostLibraryEcho");
  ASSERT_NE(creator, nullptr);
  std::uint32_t device = 0;
  EXPECT_FALSE(FindDeviceOf(reinterpret_cast<const void*>(creator), device));
}

// What the callback does costs memory, and applications create graphs again and again.
TEST(Loader, RunsTheCallbackAfterEachLibraryThatIsNew) {
  int loads = 0;
  Loader loader([&loads] { ++loads; });
  const std::string library = TestLibrary("openmatrix_test_device");

  ASSERT_TRUE(loader.Load({library, library}, View::Device(20)).ok());
  EXPECT_EQ(loads, 1);

  ASSERT_TRUE(loader.Load({library}, View::Device(20)).ok());
  EXPECT_EQ(loads, 1);

  ASSERT_TRUE(loader.Load({library}, View::Device(21)).ok());
  EXPECT_EQ(loads, 2);
}

TEST(Loader, MissingFilesAreToldFromBrokenOnes) {
  const Status missing = Load({"./libnowhere.so", "libnowhere_either.so"}, View::Device(0));
  const Status broken = Load({"./libnowhere.so", "/proc/self/cmdline"}, View::Device(0));

  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code, Code::kFileMissing);
  EXPECT_NE(missing.error().text.find("libnowhere.so"), std::string::npos);
  EXPECT_NE(missing.error().text.find("libnowhere_either.so"), std::string::npos);
  ASSERT_FALSE(broken.ok());
  EXPECT_EQ(broken.error().code, Code::kLibraryNotLoaded);
}

std::string ContentOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

struct TemporaryDirectory {
  TemporaryDirectory() { EXPECT_NE(::mkdtemp(&path[0]), nullptr); }
  ~TemporaryDirectory() { std::filesystem::remove_all(path); }
  std::string path = testing::TempDir() + "loader-XXXXXX";
};

// The dynamic linker dies of a segment behind the end of the file.
TEST(Loader, WhatIsNoCompleteLibraryIsRefusedInEitherList) {
  const TemporaryDirectory directory;
  const std::string fifo = directory.path + "/fifo.so";
  const std::string cut = directory.path + "/cut.so";
  const std::string content = ContentOf(TestLibrary("openmatrix_test_helper"));
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  std::ofstream(cut, std::ios::binary) << content.substr(0, 8192);

  for (const std::string& file : {fifo, cut, std::string("/dev/zero"), directory.path}) {
    for (const View side : {View::Host(), View::Device(8)}) {
      Loader loader([] {});
      EXPECT_EQ(loader.Load({file}, side).error().code, Code::kLibraryNotLoaded) << file;
      EXPECT_EQ(loader.Load({}, side, {file}).error().code, Code::kLibraryNotLoaded) << file;
    }
  }
}

TEST(Loader, AnEmptyNameIsMissing) {
  const Status loaded = Load({""}, View::Host());

  ASSERT_FALSE(loaded.ok());
  EXPECT_EQ(loaded.error().code, Code::kFileMissing);
}

TEST(Loader, ANameWithoutDirectoryIsSearchedByTheSystem) {
  EXPECT_TRUE(Load({"libm.so.6"}, View::Host()).ok());
}

TEST(Loader, ALibraryForAnotherProtobufIsRefusedAndTheReasonTold) {
  const Status loaded = Load({TestLibrary("openmatrix_test_other_protobuf")}, View::Device(0));

  ASSERT_FALSE(loaded.ok());
  EXPECT_EQ(loaded.error().code, Code::kLibraryNotLoaded);
  const std::string& text = loaded.error().text;
  EXPECT_NE(text.find("google::protobuf::internal::FunctionOfAnotherVersion(int)"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("must be recompiled"), std::string::npos) << text;
}

std::size_t CopiesOf(const std::string& name) {
  std::size_t count = 0;
  for (const LoadedObject& object : LoadedObjects()) {
    if (object.path.substr(object.path.rfind('/') + 1) == name) ++count;
  }
  return count;
}

TEST(Loader, ALibraryIsLoadedOncePerDeviceThatUsesIt) {
  Loader loader([] {});
  const std::string library = TestLibrary("openmatrix_test_streams");

  for (std::uint32_t device : {0u, 1u, 2u, 1u, 0u}) {
    ASSERT_TRUE(loader.Load({library, library}, View::Device(device)).ok());
  }

  EXPECT_EQ(CopiesOf("openmatrix_test_streams.so"), 3u);
  for (std::uint32_t device : {0u, 1u, 2u}) {
    const EngineCreator creator = GetEngineRegistry(View::Device(device)).Find("Prints");
    ASSERT_NE(creator, nullptr);
    std::uint32_t owner = 99;
    ASSERT_TRUE(FindDeviceOf(reinterpret_cast<const void*>(creator), owner));
    EXPECT_EQ(owner, device);
  }
  EXPECT_EQ(GetEngineRegistry(View::Device(3)).Find("Prints"), nullptr);
}

// Without a place for copies that the environment names.
class WithoutTemporaryDirectory {
 public:
  WithoutTemporaryDirectory() {
    ::unsetenv("XDG_RUNTIME_DIR");
    ::setenv("TMPDIR", "/proc/self/nowhere", 1);
  }
  ~WithoutTemporaryDirectory() { ::setenv("TMPDIR", before_.c_str(), 1); }
  WithoutTemporaryDirectory(const WithoutTemporaryDirectory&) = delete;
  WithoutTemporaryDirectory& operator=(const WithoutTemporaryDirectory&) = delete;

 private:
  const std::string before_ = ::getenv("TMPDIR") != nullptr ? ::getenv("TMPDIR") : "/tmp";
};

TEST(Loader, WhereAPrivateCopyCannotLieIsToldWithWhatDecidesIt) {
  const std::string library = TestLibrary("openmatrix_test_device");
  ASSERT_TRUE(Load({library}, View::Device(22)).ok());
  const WithoutTemporaryDirectory nowhere;
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{4096, before.rlim_max};  // no copy in /tmp either
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);

  const Status loaded = Load({library}, View::Device(23));

  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  ASSERT_FALSE(loaded.ok());
  EXPECT_EQ(loaded.error().code, Code::kLibraryNotLoaded);
  EXPECT_NE(loaded.error().text.find("TMPDIR"), std::string::npos) << loaded.error().text;
}

TEST(Loader, WhereTheTemporaryDirectoryCannotBeUsedCopiesLieInTmp) {
  const std::string library = TestLibrary("openmatrix_test_device");
  ASSERT_TRUE(Load({library}, View::Device(22)).ok());
  const WithoutTemporaryDirectory nowhere;

  const Status loaded = Load({library}, View::Device(24));

  EXPECT_TRUE(loaded.ok()) << loaded.error().text;
}

// dlopen would look for another file. So it gets a copy, whose name has no such part.
TEST(Loader, ALibraryMayLieWhereTheDynamicLinkerWouldChangeThePath) {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory.path + "/$ORIGIN");
  const std::string library = directory.path + "/$ORIGIN/odd$LIB.so";
  std::filesystem::copy_file(TestLibrary("openmatrix_test_device"), library);

  for (const View side : {View::Host(), View::Device(25)}) {
    const Status loaded = Load({library}, side);
    EXPECT_TRUE(loaded.ok()) << loaded.error().text;
  }
  const Status installed = Loader([] {}).Load({}, View::Host(), {library});

  EXPECT_EQ(CopiesOf("odd_LIB.so"), 2u);
  ASSERT_FALSE(installed.ok());
  EXPECT_NE(installed.error().text.find("'$'"), std::string::npos) << installed.error().text;
}

TEST(Loader, ALibraryThatIsOnTheDeviceAlreadyIsNeverCopied) {
  Loader loader([] {});
  const std::string library = TestLibrary("openmatrix_test_helper");

  for (std::uint32_t device : {0u, 1u}) {
    EXPECT_TRUE(loader.Load({}, View::Device(device), {library, "libm.so.6"}).ok());
  }
  const Status missing = loader.Load({}, View::Device(0), {"libnowhere.so", "/no/b.so"});

  EXPECT_EQ(CopiesOf("openmatrix_test_helper.so"), 1u);
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code, Code::kFileMissing);
}

TEST(Loader, ALibraryThatChangesAfterTheFirstCheckIsCheckedAgainWhenItIsLoaded) {
  const TemporaryDirectory directory;
  const std::string helper = directory.path + "/helper.so";
  const std::string changed = directory.path + "/changed.so";
  std::ofstream(helper, std::ios::binary) << ContentOf(TestLibrary("openmatrix_test_helper"));
  std::ofstream(changed, std::ios::binary) << ContentOf(TestLibrary("openmatrix_test_device"));
  const SigningKey key = MakeKey(EVP_PKEY_RSA);
  for (const std::string& file : {helper, changed}) {
    std::ofstream(file + ".signature", std::ios::binary) << Sign(key, ContentOf(file));
  }
  Loader loader([&changed] { std::ofstream(changed, std::ios::binary | std::ios::app) << "x"; });
  ASSERT_TRUE(loader.SetPublicKey(PublicHalf(key)).ok());

  const Status loaded = loader.Load({helper, changed}, View::Device(6));

  ASSERT_FALSE(loaded.ok());
  EXPECT_EQ(loaded.error().code, Code::kSignatureRefused);
  EXPECT_EQ(GetEngineRegistry(View::Device(6)).Find("DeviceEcho"), nullptr);
}

TEST(Loader, ALibraryInBothListsIsLoadedOnce) {
  Loader loader([] {});
  const std::string library = TestLibrary("openmatrix_test_undefined");
  ASSERT_TRUE(loader.Load({library}, View::Device(0)).ok());

  ASSERT_TRUE(loader.Load({library}, View::Device(1), {library}).ok());

  EXPECT_EQ(CopiesOf("openmatrix_test_undefined.so"), 2u);
}

// The dynamic linker holds its lock around static constructors, also in a dlopen of the program.
TEST(Loader, AStaticConstructorMayLoadWhileAnotherThreadLoads) {
  Loader loader([] {});
  const View side = View::Device(9);
  std::thread other;
  std::promise<pid_t> id;
  bool others = false;
  bool inner = false;
  g_in_constructor = [&] {
    other = std::thread([&] {
      id.set_value(static_cast<pid_t>(::syscall(SYS_gettid)));
      others = loader.Load({TestLibrary("openmatrix_test_helper")}, side).ok();
    });
    EXPECT_TRUE(WaitUntilItWaits(id.get_future().get()));
    inner = loader.Load({TestLibrary("openmatrix_test_settings")}, side).ok();
  };

  void* const handle = ::dlopen(TestLibrary("openmatrix_test_constructor").c_str(), RTLD_NOW);
  g_in_constructor = nullptr;
  other.join();

  EXPECT_NE(handle, nullptr);
  EXPECT_TRUE(inner);
  EXPECT_TRUE(others);
}

// Each side gets its own, and each object its side, whoever comes first.
TEST(Loader, ThreadsThatLoadOneLibraryForSeveralDevicesDoNotMixThemUp) {
  constexpr std::uint32_t kFirst = 30;
  constexpr std::uint32_t kCount = 8;
  Loader loader([] {});
  std::vector<std::thread> threads;
  std::atomic<int> failures{0};
  for (std::uint32_t i = 0; i < 2 * kCount; ++i) {
    threads.emplace_back([&loader, &failures, i] {
      const View side = View::Device(kFirst + i % kCount);
      if (!loader.Load({TestLibrary("openmatrix_test_device_plain")}, side).ok()) ++failures;
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(failures, 0);
  for (std::uint32_t i = kFirst; i < kFirst + kCount; ++i) {
    const EngineCreator creator = GetEngineRegistry(View::Device(i)).Find("DeviceEcho");
    ASSERT_NE(creator, nullptr) << i;
    std::uint32_t owner = 99;
    ASSERT_TRUE(FindDeviceOf(reinterpret_cast<const void*>(creator), owner)) << i;
    EXPECT_EQ(owner, i);
  }
}

// 99 if the object from `file` is no device's.
std::uint32_t OwnerOf(const std::string& file) {
  std::uint32_t owner = 99;
  for (const LoadedObject& object : LoadedObjects()) {
    if (object.path != file) continue;
    FindDeviceOf(reinterpret_cast<const void*>(object.range.begin), owner);
  }
  return owner;
}

// Whoever comes back from a load may create engines: the objects are the device's by then,
// whichever thread they came for.
TEST(Loader, ThreadsThatLoadOneLibraryForOneDeviceAllFindItTheDevices) {
  constexpr std::uint32_t kDevice = 45;
  constexpr int kThreads = 4;
  const TemporaryDirectory directory;
  const std::string content = ContentOf(TestLibrary("openmatrix_test_helper"));
  Loader loader([] {});
  std::atomic<int> failures{0};
  std::atomic<int> strangers{0};
  for (int round = 0; round < 100; ++round) {
    const std::string file = directory.path + "/fresh" + std::to_string(round) + ".so";
    std::ofstream(file, std::ios::binary) << content;
    std::atomic<int> ready{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        ++ready;
        while (ready < kThreads) std::this_thread::yield();
        if (!loader.Load({file}, View::Device(kDevice)).ok()) ++failures;
        if (OwnerOf(file) != kDevice) ++strangers;
      });
    }
    for (std::thread& thread : threads) thread.join();
  }

  EXPECT_EQ(failures, 0);
  EXPECT_EQ(strangers, 0);
}

TEST(Loader, AStaticConstructorThatLoadsItsOwnLibraryFindsItTheDevices) {
  constexpr std::uint32_t kDevice = 46;
  const TemporaryDirectory directory;
  const std::string file = directory.path + "/own.so";
  std::ofstream(file, std::ios::binary) << ContentOf(TestLibrary("openmatrix_test_constructor"));
  Loader loader([] {});
  bool inner = false;
  std::uint32_t owner = 99;
  g_in_constructor = [&] {
    inner = loader.Load({file}, View::Device(kDevice)).ok();
    owner = OwnerOf(file);
  };

  const Status loaded = loader.Load({file}, View::Device(kDevice));
  g_in_constructor = nullptr;

  ASSERT_TRUE(loaded.ok()) << loaded.error().text;
  EXPECT_TRUE(inner);
  EXPECT_EQ(owner, kDevice);
}

TEST(Loader, CodeOfTheProgramBelongsToTheHostAndIsNamedWhenADeviceClaimsIt) {
  const auto* here = reinterpret_cast<const void*>(&HIAI_Init);

  EXPECT_TRUE(CheckBelongsTo(here, View::Host(), "it").ok());
  const Status refused = CheckBelongsTo(here, View::Device(0), "the creator");

  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kLibraryNotLoaded);
  EXPECT_NE(refused.error().text.find("HIAI_Init"), std::string::npos) << refused.error().text;
  EXPECT_NE(refused.error().text.find("the executable"), std::string::npos);
}

}  // namespace
}  // namespace openmatrix
