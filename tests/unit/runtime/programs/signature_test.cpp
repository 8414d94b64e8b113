// With a public key, the libraries of devices are loaded only with a signature that fits.
#include <sys/stat.h>

#include <cstdlib>
#include <functional>
#include <iterator>

#include "programs/graph_fixture.h"
#include "signing.h"

namespace {

std::string Read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
}

void Write(const std::string& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

HIAI_StatusT SetKey(const std::string& text) {
  return hiai::Graph::SetPublicKeyForSignatureEncryption(text);
}

// Each test is a program of its own, with a directory of its own: what is loaded stays loaded.
class SignatureDeathTest : public GraphTest {
 protected:
  void SetUp() override { testing::FLAGS_gtest_death_test_style = "threadsafe"; }

  void RunAlone(const std::function<void()>& test) {
    const auto run = [&] {
      std::string directory = testing::TempDir() + "signature-XXXXXX";
      ASSERT_NE(::mkdtemp(&directory[0]), nullptr);
      directory_ = directory;
      common_ = CopyOf("libopenmatrix_test_common.so");
      board_ = CopyOf("libopenmatrix_test_board.so");
      test();
      for (const std::string& file : {common_, board_}) {
        ::unlink(file.c_str());
        ::unlink((file + ".signature").c_str());
      }
      ::rmdir(directory_.c_str());
      std::exit(HasFailure() ? 1 : 0);
    };
    EXPECT_EXIT(run(), testing::ExitedWithCode(0), "");
  }

  std::string CopyOf(const std::string& name) {
    const std::string path = directory_ + "/" + name;
    Write(path, Read(std::string(OPENMATRIX_TEST_LIBRARIES) + "/" + name));
    return path;
  }

  void SignBoth() {
    for (const std::string& file : {common_, board_})
      Write(file + ".signature", Sign(key_, Read(file)));
  }

  HIAI_StatusT Create(const std::string& side = "DEVICE") {
    return CreateFromText("graphs { graph_id: 1 engines { id: 1 engine_name: \"Board\" side: " +
                          side + " so_name: \"" + common_ + "\" so_name: \"" + board_ + "\" } }");
  }

  bool EngineIsKnown() {
    return CreateFromText("graphs { graph_id: 2 engines { id: 1 engine_name: \"Board\" } }") ==
           HIAI_OK;
  }

  const SigningKey key_ = MakeKey(EVP_PKEY_RSA);
  std::string directory_;
  std::string common_;
  std::string board_;
};

TEST_F(SignatureDeathTest, SignedLibrariesAreLoaded) {
  RunAlone([this] {
    SignBoth();
    ASSERT_EQ(SetKey(PublicHalf(key_)), HIAI_OK);

    EXPECT_EQ(Create(), HIAI_OK);
  });
}

TEST_F(SignatureDeathTest, WhatWasCheckedIsLoadedAndNotWhatASearchOrALaterChangeFinds) {
  RunAlone([this] {
    SignBoth();
    ASSERT_EQ(SetKey(PublicHalf(key_)), HIAI_OK);

    ASSERT_EQ(Create(), HIAI_OK);

    // Not the signed files, which may be written to, nor those on the library's search path.
    const std::string mapped = Read("/proc/self/maps");
    EXPECT_NE(mapped.find("/libopenmatrix_test_board.so"), std::string::npos);
    EXPECT_EQ(mapped.find(board_), std::string::npos);
    EXPECT_EQ(mapped.find(common_), std::string::npos);
    EXPECT_EQ(mapped.find(OPENMATRIX_TEST_LIBRARIES "/libopenmatrix_test_common.so"),
              std::string::npos);
  });
}

TEST_F(SignatureDeathTest, TheKeyMayBeTheNameOfAFile) {
  RunAlone([this] {
    const std::string file = directory_ + "/key.pem";
    Write(file, PublicHalf(key_));
    SignBoth();

    EXPECT_EQ(SetKey(file), HIAI_OK);
    EXPECT_EQ(Create(), HIAI_OK);
    Write(board_ + ".signature", "x");
    EXPECT_EQ(hiai::Graph::DestroyGraph(1), HIAI_OK);
    EXPECT_EQ(Create(), HIAI_GRAPH_SIGNATURE_DECRYPTION_FAILED);
    ::unlink(file.c_str());
  });
}

TEST_F(SignatureDeathTest, WithoutItsSignatureALibraryIsRefusedAndNothingIsLoaded) {
  RunAlone([this] {
    SignBoth();
    ::unlink((board_ + ".signature").c_str());
    ASSERT_EQ(SetKey(PublicHalf(key_)), HIAI_OK);

    EXPECT_EQ(Create(), HIAI_GRAPH_SIGNATURE_DECRYPTION_FAILED);
    EXPECT_FALSE(EngineIsKnown());
  });
}

TEST_F(SignatureDeathTest, AChangedLibraryIsRefused) {
  RunAlone([this] {
    SignBoth();
    Write(board_, Read(board_) + "x");
    ASSERT_EQ(SetKey(PublicHalf(key_)), HIAI_OK);

    EXPECT_EQ(Create(), HIAI_GRAPH_SIGNATURE_DECRYPTION_FAILED);
    EXPECT_FALSE(EngineIsKnown());
  });
}

TEST_F(SignatureDeathTest, TheSignatureOfAnotherKeyIsRefused) {
  RunAlone([this] {
    SignBoth();
    ASSERT_EQ(SetKey(PublicHalf(MakeKey(EVP_PKEY_RSA))), HIAI_OK);

    EXPECT_EQ(Create(), HIAI_GRAPH_SIGNATURE_DECRYPTION_FAILED);
  });
}

TEST_F(SignatureDeathTest, OneRefusedLibraryKeepsAllGraphsOfAConfigurationFromLoading) {
  RunAlone([this] {
    SignBoth();
    const std::string unsigned_library = Library("openmatrix_test_device");
    ASSERT_EQ(SetKey(PublicHalf(key_)), HIAI_OK);

    EXPECT_EQ(CreateFromText("graphs { graph_id: 1 engines { id: 1 engine_name: \"Board\" "
                             "so_name: \"" +
                             common_ + "\" so_name: \"" + board_ +
                             "\" } } "
                             "graphs { graph_id: 3 engines { id: 1 engine_name: \"DeviceEcho\" " +
                             unsigned_library + "} }"),
              HIAI_GRAPH_SIGNATURE_DECRYPTION_FAILED);
    EXPECT_FALSE(EngineIsKnown());
  });
}

TEST_F(SignatureDeathTest, ARefusedKeySwitchesTheCheckOff) {
  RunAlone([this] {
    ASSERT_EQ(SetKey(PublicHalf(key_)), HIAI_OK);
    ASSERT_EQ(Create(), HIAI_GRAPH_SIGNATURE_DECRYPTION_FAILED);

    EXPECT_EQ(SetKey("no key"), HIAI_GRAPH_SET_PUBLIC_KEY_FAILED);
    EXPECT_EQ(Create(), HIAI_OK);
  });
}

TEST_F(SignatureDeathTest, OnlyPublicRsaKeysAreKeys) {
  RunAlone([this] {
    EXPECT_EQ(SetKey(""), HIAI_GRAPH_SET_PUBLIC_KEY_FAILED);
    EXPECT_EQ(SetKey(directory_), HIAI_GRAPH_SET_PUBLIC_KEY_FAILED);
    EXPECT_EQ(SetKey("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"),
              HIAI_GRAPH_SET_PUBLIC_KEY_FAILED);
    EXPECT_EQ(SetKey(PublicHalf(MakeKey(EVP_PKEY_ED25519))), HIAI_GRAPH_SET_PUBLIC_KEY_FAILED);
    EXPECT_EQ(SetKey(PublicHalf(key_).substr(0, 100)), HIAI_GRAPH_SET_PUBLIC_KEY_FAILED);
  });
}

TEST_F(SignatureDeathTest, LibrariesOfTheHostAndOfTheDeviceItselfNeedNone) {
  RunAlone([this] {
    ASSERT_EQ(SetKey(PublicHalf(key_)), HIAI_OK);

    EXPECT_EQ(Create("HOST"), HIAI_OK);
    EXPECT_EQ(CreateFromText("graphs { graph_id: 3 engines { id: 1 engine_name: \"DeviceEcho\" "
                             "internal_" +
                             Library("openmatrix_test_device") + "} }"),
              HIAI_OK);
  });
}

TEST_F(SignatureDeathTest, WhatNeedsASignatureIsNotSearchedFor) {
  RunAlone([this] {
    const std::string graph =
        "graphs { graph_id: 1 engines { id: 1 engine_name: \"Board\" "
        "so_name: \"libm.so.6\" so_name: \"" +
        common_ + "\" so_name: \"" + board_ + "\" } }";
    SignBoth();
    ASSERT_EQ(SetKey(PublicHalf(key_)), HIAI_OK);
    ASSERT_EQ(CreateFromText("graphs { graph_id: 3 engines { id: 1 engine_name: \"Never\" "
                             "so_name: \"libm.so.6\" } }"),
              HIAI_GRAPH_LOADSO_ERROR);

    EXPECT_EQ(CreateFromText(graph), HIAI_OK);  // missing, but the engine is there
  });
}

}  // namespace
