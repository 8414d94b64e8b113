// A graph of engines: made from a configuration, fed by SendData, watched by receivers.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>

#include "hiaiengine/data_recv_interface.h"
#include "hiaiengine/status.h"
#include "proto/ai_types.pb.h"

namespace openmatrix {
class GraphImpl;
struct PublicAccess;
}  // namespace openmatrix

namespace hiai {

class Engine;
class EngineConfig;
class GraphConfigList;
class OAMConfigDef;

/// @brief Milliseconds that Graph::SendData waits if nothing else is said.
constexpr uint32_t SEND_DATA_DEFAULT_TIME_OUT = 500;

/// @brief One port of one engine of one graph.
struct EnginePortID {
  uint32_t graph_id;   ///< the graph
  uint32_t engine_id;  ///< the engine in it
  uint32_t port_id;    ///< its input port for sends, its output port for receivers
};

/// @brief Events of a graph.
enum HIAIEvent {
  HIAI_DEVICE_DISCONNECT_EVENT = 0  ///< the link to the device is gone
};

/// @brief A handle of a running graph. Holding it keeps nothing alive: calls on a destroyed graph
/// answer HIAI_GRAPH_NOT_EXIST.
class HIAI_LIB_VISIBILITY Graph {
 public:
  /// @brief Creates and starts every graph of a configuration file.
  ///
  /// @param[in] configFile  path of a protobuf text file (GraphConfigList)
  /// @return  HIAI_OK; HIAI_FILE_NOT_EXIST; HIAI_GRAPH_PROTO_FILE_PARSE_FAILED; or why an engine
  ///          could not start. No graph of the file exists then
  /// @threads any, at once
  /// @source  [doc] signature, [choice] the codes of a bad file
  static HIAI_StatusT CreateGraph(const std::string& configFile);

  /// @brief The same, and appends the graphs to a list.
  ///
  /// @param[in]     configFile  path of a protobuf text file (GraphConfigList)
  /// @param[in,out] graphList   handles of the new graphs are appended, on success only
  /// @return  as above
  /// @threads any, at once
  /// @source  [header]
  static HIAI_StatusT CreateGraph(const std::string& configFile,
                                  std::list<std::shared_ptr<Graph>>& graphList);

  /// @brief Creates and starts every graph of a configuration made in code.
  ///
  /// @param[in] graphConfig  the graphs, copied
  /// @return  as above, without the codes of files
  /// @threads any, at once
  /// @source  [doc]
  static HIAI_StatusT CreateGraph(const GraphConfigList& graphConfig);

  /// @brief Reads a configuration file and creates nothing.
  ///
  /// @param[in]  configFile       path of a protobuf text file
  /// @param[out] graphConfigList  what it says; unspecified on failure
  /// @return  HIAI_OK; HIAI_FILE_NOT_EXIST; HIAI_GRAPH_PROTO_FILE_PARSE_FAILED
  /// @threads any, at once
  /// @source  [doc] signature, [choice] codes
  static HIAI_StatusT ParseConfigFile(const std::string& configFile,
                                      GraphConfigList& graphConfigList);

  /// @brief Finds a running graph.
  ///
  /// @param[in] graphID  its id in the configuration
  /// @return  the graph; null if there is none
  /// @threads any, at once
  /// @source  [doc]
  static std::shared_ptr<Graph> GetInstance(const uint32_t& graphID);

  /// @brief Stops a graph: ends waits, joins its workers, destroys its engines and queued messages.
  ///
  /// @param[in] graphID  its id
  /// @return  HIAI_OK; HIAI_GRAPH_NOT_EXIST; HIAI_GRAPH_DESTROY_TIMEOUT when a worker does not come
  ///          back, and then its engine stays alive
  /// @threads any, also a worker of the graph, which is then not joined
  /// @source  [doc] codes, [choice] behaviour in a worker
  static HIAI_StatusT DestroyGraph(const uint32_t& graphID);

  /// @brief Sets who receives what an engine sends on an output port; replaces the one before.
  ///
  /// @param[in] targetPortConfig  graph, engine and output port, on the side of the caller
  /// @param[in] dataRecv          the receiver
  /// @return    HIAI_OK; HIAI_GRAPH_NOT_EXIST; HIAI_GRAPH_ENGINE_NOT_EXIST; HIAI_PORT_ID_ERROR;
  ///            HIAI_GRAPH_DATA_RECV_FUNCTOR_IS_NULL
  /// @ownership shared until replaced or the graph is destroyed
  /// @threads   any, at once
  /// @source    [doc] signature, [choice] all codes but HIAI_PORT_ID_ERROR
  static HIAI_StatusT SetDataRecvFunctor(const EnginePortID& targetPortConfig,
                                         const std::shared_ptr<DataRecvInterface>& dataRecv);

  /// @brief Sends a message to an input port. The graph is the one that the port names.
  ///
  /// @param[in] targetPortConfig  graph, engine and input port
  /// @param[in] messageName       the registered name of the message's type
  /// @param[in] dataPtr           the message
  /// @param[in] timeOut           milliseconds to wait for queue and memory in all; 0 tries once
  /// @return    HIAI_OK: accepted, not yet received; HIAI_QUEUE_FULL and
  ///            HIAI_GRAPH_NO_USEFUL_MEMORY may be tried again; other codes are final
  /// @ownership of the object: shared. Of the payload of a message to another side: an AUTO_FREE
  ///            block is the library's on HIAI_OK, everything else stays the caller's
  /// @threads   any, at once; order is kept per thread and port
  /// @source    [doc] codes, [sample] HIAI_QUEUE_FULL loops, [choice] one wait in all
  HIAI_StatusT SendData(const EnginePortID& targetPortConfig, const std::string& messageName,
                        const std::shared_ptr<void>& dataPtr,
                        const uint32_t timeOut = SEND_DATA_DEFAULT_TIME_OUT);

  /// @brief Releases the data block that a deserialize function was given.
  ///
  /// @param[in] ptr  start of the block; null does nothing, other addresses are logged
  /// @ownership the library's afterwards
  /// @threads   any, at once, also after the graph is destroyed
  /// @source    [header], [sample] used as a deleter
  static void ReleaseDataBuffer(void* ptr);

  /// @brief Finds an engine of this graph on the side of the caller.
  ///
  /// @param[in] engineID  its id in the configuration
  /// @return    the engine; null if unknown, on the other side, or the graph is destroyed
  /// @ownership shared; a destroyed graph's engine must not be kept
  /// @threads   any, at once
  /// @source    [doc] signature, [choice] null across sides
  std::shared_ptr<Engine> GetEngine(uint32_t engineID);

  /// @brief The id of this graph.
  ///
  /// @return  the id; 0 if the graph is destroyed
  /// @threads any, at once
  /// @source  [doc]
  uint32_t GetGraphId() const;

  /// @brief The device of this graph's device engines.
  ///
  /// @return  the device number; 0 if the graph is destroyed
  /// @threads any, at once
  /// @source  [doc]
  uint32_t GetDeviceID() const;

  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;
  Graph(Graph&&) = delete;
  Graph& operator=(Graph&&) = delete;
  ~Graph() = default;

 private:
  friend struct openmatrix::PublicAccess;
  explicit Graph(const std::weak_ptr<openmatrix::GraphImpl>& impl) : impl_(impl) {}

  std::weak_ptr<openmatrix::GraphImpl> impl_;
};

static_assert(sizeof(Graph) == 2 * sizeof(void*), "the size of a Graph is part of the ABI");
static_assert(sizeof(EnginePortID) == 12, "the layout of a port is part of the ABI");

}  // namespace hiai
