// Configurations that cannot work: each has its status, leaves nothing behind, and the next good
// one works. Not even HIAI_Init is called here.
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "hiaiengine/init.h"
#include "support.h"

namespace contract {
namespace {

const char kGood[] = "graphs { graph_id: 5 engines { id: 1 engine_name: \"Node\" side: HOST } }";

class BadInput : public testing::Test {
 protected:
  void TearDown() override {
    EXPECT_EQ(hiai::Graph::GetInstance(5), nullptr);
    ASSERT_EQ(CreateFromText(kGood), HIAI_OK);
    EXPECT_NE(hiai::Graph::GetInstance(5), nullptr);
    EXPECT_EQ(hiai::Graph::DestroyGraph(5), HIAI_OK);
    EXPECT_EQ(LiveBlocks(), 0u);
  }
  static HIAI_StatusT Create(const std::string& body) {
    return CreateFromText("graphs { graph_id: 5 " + body + " }");
  }
};

TEST_F(BadInput, AMissingFileIsNamedSo) {
  std::list<std::shared_ptr<hiai::Graph>> graphs;

  EXPECT_EQ(hiai::Graph::CreateGraph("no/such/file.config"), HIAI_FILE_NOT_EXIST);
  EXPECT_EQ(hiai::Graph::CreateGraph("no/such/file.config", graphs), HIAI_FILE_NOT_EXIST);
  EXPECT_EQ(hiai::Graph::CreateGraph(std::string()), HIAI_FILE_NOT_EXIST);
  EXPECT_EQ(HIAI_CreateGraph("no/such/file.config", 19), HIAI_FILE_NOT_EXIST);
  EXPECT_TRUE(graphs.empty());
}

TEST_F(BadInput, TextThatIsNoConfigurationIsAParseError) {
  for (const char* const text : {"graphs {", "graphs { graph_id: x }", "graf { }", "\x01\x02\x03",
                                 "graphs { graph_id: 5 data_size_type: 1 }", "}"}) {
    EXPECT_EQ(CreateFromText(text), HIAI_GRAPH_PROTO_FILE_PARSE_FAILED) << text;
  }
}

TEST_F(BadInput, AnEmptyFileHasNoGraphs) {
  EXPECT_EQ(CreateFromText(""), HIAI_GRAPH_PROTO_FILE_PARSE_FAILED);
}

TEST_F(BadInput, ADirectoryIsNoConfiguration) {
  EXPECT_EQ(hiai::Graph::CreateGraph("/"), HIAI_GRAPH_PROTO_FILE_PARSE_FAILED);
}

TEST_F(BadInput, AnUnknownEngineCannotBeCreated) {
  EXPECT_EQ(Create("engines { id: 1 engine_name: \"Nobody\" side: HOST }"),
            HIAI_GRAPH_CREATE_ENGINE_FAILED);
  EXPECT_EQ(Create("engines { id: 1 engine_name: \"Nobody\" " + DeviceLibrary() + "}"),
            HIAI_GRAPH_CREATE_ENGINE_FAILED);
  EXPECT_EQ(Create("engines { id: 1 side: HOST }"), HIAI_GRAPH_CREATE_ENGINE_FAILED);
}

TEST_F(BadInput, AMissingLibraryCannotBeLoaded) {
  EXPECT_EQ(Create("engines { id: 1 engine_name: \"Nobody\" so_name: \"./libnowhere.so\" }"),
            HIAI_GRAPH_LOADSO_ERROR);
}

TEST_F(BadInput, AFileThatIsNoLibraryCannotBeLoaded) {
  const std::string path = testing::TempDir() + "no_library_" + std::to_string(::getpid()) + ".so";
  {
    std::ofstream file(path);
    file << "text";
  }

  EXPECT_EQ(Create("engines { id: 1 engine_name: \"Nobody\" so_name: \"" + path + "\" }"),
            HIAI_GRAPH_LOADSO_ERROR);

  std::remove(path.c_str());
}

TEST_F(BadInput, AnEngineIdMayBeUsedOnce) {
  EXPECT_EQ(Create("engines { id: 1 engine_name: \"Node\" side: HOST } "
                   "engines { id: 1 engine_name: \"Node\" side: HOST }"),
            HIAI_GRAPH_ENGINE_ID_SAME);
}

TEST_F(BadInput, AGraphIdMayBeUsedOnceInAFile) {
  EXPECT_EQ(CreateFromText(std::string(kGood) + kGood), HIAI_GRAPH_ID_EXIST);
}

TEST_F(BadInput, AGraphIdMayBeUsedOnceAtATime) {
  ASSERT_EQ(CreateFromText(kGood), HIAI_OK);

  EXPECT_EQ(CreateFromText(kGood), HIAI_GRAPH_ID_EXIST);

  EXPECT_NE(hiai::Graph::GetInstance(5), nullptr) << "the first one is not touched";
  EXPECT_EQ(hiai::Graph::DestroyGraph(5), HIAI_OK);
}

TEST_F(BadInput, ConnectionsNameEnginesAndPortsThatExist) {
  const std::string engine = "engines { id: 1 engine_name: \"Node\" side: HOST } ";
  for (const char* const connect :
       {"src_engine_id: 9 target_engine_id: 1", "src_engine_id: 1 target_engine_id: 9",
        "src_engine_id: 1 target_engine_id: 1 target_port_id: 2",
        "src_engine_id: 1 target_engine_id: 1 target_graph_id: 99"}) {
    EXPECT_EQ(Create(engine + "connects { " + connect + " }"), HIAI_GRAPH_CONNECT_ID_ERROR)
        << connect;
  }
}

TEST_F(BadInput, IfOneGraphOfAFileFailsNoneIsLeft) {
  EXPECT_EQ(CreateFromText(std::string(kGood) +
                           "graphs { graph_id: 6 engines { id: 1 engine_name: \"Nobody\" "
                           "side: HOST } }"),
            HIAI_GRAPH_CREATE_ENGINE_FAILED);
  EXPECT_EQ(hiai::Graph::GetInstance(6), nullptr);
}

TEST_F(BadInput, UnknownGraphsCannotBeDestroyed) {
  EXPECT_EQ(hiai::Graph::DestroyGraph(5), HIAI_GRAPH_NOT_EXIST);
  EXPECT_EQ(HIAI_DestroyGraph(0xFFFFFFFFu), HIAI_GRAPH_NOT_EXIST);
}

TEST_F(BadInput, ReceiversNameEnginesAndPortsThatExist) {
  ASSERT_EQ(CreateFromText(kGood), HIAI_OK);

  EXPECT_EQ(hiai::Graph::SetDataRecvFunctor({5, 1, 0}, nullptr),
            HIAI_GRAPH_DATA_RECV_FUNCTOR_IS_NULL);
  EXPECT_EQ(HIAI_SetDataRecvFunctor({5, 1, 0}, nullptr), HIAI_GRAPH_DATA_RECV_FUNCTOR_IS_NULL);
  const auto callback = [](void*) { return HIAI_StatusT{HIAI_OK}; };
  EXPECT_EQ(HIAI_SetDataRecvFunctor({5, 1, 8}, callback), HIAI_PORT_ID_ERROR);
  EXPECT_EQ(HIAI_SetDataRecvFunctor({5, 9, 0}, callback), HIAI_GRAPH_ENGINE_NOT_EXIST);
  EXPECT_EQ(HIAI_SetDataRecvFunctor({9, 1, 0}, callback), HIAI_GRAPH_NOT_EXIST);

  EXPECT_EQ(hiai::Graph::DestroyGraph(5), HIAI_OK);
}

TEST_F(BadInput, UnknownDevicesAreRefused) {
  EXPECT_EQ(HIAI_Init(64), HIAI_INIT_FAIL);
  EXPECT_EQ(HIAI_Init(0xFFFFFFFFu), HIAI_INIT_FAIL);
}

}  // namespace
}  // namespace contract
