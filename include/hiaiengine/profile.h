// Times of graphs and of pieces of work in engines, taken while a switch is on. It is off at the
// beginning, and then the macros do nothing, not even evaluate their arguments.
//
// A piece of work has a type, a number of the application's. It counts for the engine and graph
// that PROFILESTATIC_ADDENGINE named for the thread. (sic: vendor spelling of the macros)
#pragma once

#include <cstdint>
#include <string>

#include "hiaiengine/internal/visibility.h"

namespace hiai {

/// @brief Nanoseconds of a second.
constexpr uint64_t NANOSECOND_MULTI = 1000000000;
/// @brief Most pairs of engine and type that are told apart; times of others are not kept.
constexpr uint32_t MAX_PROFILE_NUM = 1000;
/// @brief The type of work in a model.
constexpr uint32_t PROFILE_MODEL_ENGINE = 0x0101;

/// @brief The two ends of a piece of work.
enum {
  PROFILESTATIC_START = 0,  ///< it begins
  PROFILESTATIC_END         ///< it is done
};

/// @brief The times taken so far.
///
/// @threads any, at once
/// @source  [header] names, [choice] signatures and behaviour
class HIAI_LIB_VISIBILITY ProfileStatistic {
 public:
  /// @brief The one object of the process.
  ///
  /// @return never null, never destroyed
  static ProfileStatistic* GetInstance();

  /// @brief Turns the taking of times on or off. What was taken stays.
  ///
  /// @param[in] profileSwitch  true: on
  void SetProfileSwitch(bool profileSwitch);

  /// @brief Whether times are taken.
  ///
  /// @return true if they are
  bool IsProfileEnable() const;

  /// @brief Gives a type of work a name; a later name replaces it.
  ///
  /// @param[in] type  the type
  /// @param[in] text  its name
  void RegisterType(uint32_t type, const std::string& text);

  /// @brief Work of a type begins in the calling thread.
  ///
  /// @param[in] type  the type
  void RecordStartTime(uint32_t type);

  /// @brief It is done; an end without a beginning is not counted.
  ///
  /// @param[in] type  the type
  void RecordEndTime(uint32_t type);

  /// @brief A run of a graph begins.
  ///
  /// @param[in] graphId  the graph
  void RecordGraphStartTime(uint32_t graphId);

  /// @brief It is done; an end without a beginning is not counted.
  ///
  /// @param[in] graphId  the graph
  void RecordGraphEndTime(uint32_t graphId);

  /// @brief Says for whom a thread works.
  ///
  /// @param[in] threadID    pthread_self() of the thread
  /// @param[in] engineName  the engine
  /// @param[in] graphId     its graph
  void AddEngineID(uint64_t threadID, const std::string& engineName, uint32_t graphId);

  /// @brief As RecordEndTime, and notes which request it was.
  ///
  /// @param[in] type   the type
  /// @param[in] reqID  number of the request
  void ProfileSingleEngine(uint32_t type, uint64_t reqID);

  /// @brief A table of the times of a graph, in milliseconds.
  ///
  /// @param[in] graphId  the graph; 0 also is that of threads that nobody named
  /// @return one line for the graph and one for each engine and type; empty if there is nothing
  std::string ProfileStatisticString(uint32_t graphId);

  /// @brief Whether there is something that no table showed yet.
  ///
  /// @return false also after StopWait
  bool NeedWrite() const;

  /// @brief Nobody is going to ask for a table: NeedWrite answers false until the switch is set
  /// again.
  void StopWait();

  /// @brief The clock of all these times.
  ///
  /// @return nanoseconds from a fixed moment
  static uint64_t ProfileGetCurrentTime();

  ProfileStatistic(const ProfileStatistic&) = delete;
  ProfileStatistic& operator=(const ProfileStatistic&) = delete;

 private:
  ProfileStatistic() = default;
  ~ProfileStatistic() = default;
};

/// @brief Names a type of work while static objects are made; see PROFILESTATIC_REGTYPE.
class ProfileTypeRegister {
 public:
  /// @brief Hands type and name to ProfileStatistic.
  ///
  /// @param[in] type  the type
  /// @param[in] text  its name
  ProfileTypeRegister(uint32_t type, const std::string& text) {
    ProfileStatistic::GetInstance()->RegisterType(type, text);
  }
};

}  // namespace hiai

#define OPENMATRIX_PROFILE(call)                                                                  \
  do {                                                                                            \
    ::hiai::ProfileStatistic* const openmatrix_profile = ::hiai::ProfileStatistic::GetInstance(); \
    if (openmatrix_profile->IsProfileEnable()) openmatrix_profile->call;                          \
  } while (0)

/// @brief A run of a graph begins.
#define PROFILESTATIC_GRAPH_STARTTIME(graphId) OPENMATRIX_PROFILE(RecordGraphStartTime(graphId))
/// @brief A run of a graph is done.
#define PROFILESTATIC_GRAPH_ENDTIME(graphId) OPENMATRIX_PROFILE(RecordGraphEndTime(graphId))
/// @brief Work of a type begins in this thread.
#define PROFILESTATIC_STARTTIME(type) OPENMATRIX_PROFILE(RecordStartTime(type))
/// @brief Work of a type is done in this thread.
#define PROFILESTATIC_ENDTIME(type) OPENMATRIX_PROFILE(RecordEndTime(type))
/// @brief Work of a type is done in this thread, for a request.
#define PROFILESTATIC_ENGINE_ENDTIME(type, reqID) \
  OPENMATRIX_PROFILE(ProfileSingleEngine(type, reqID))
/// @brief Says for whom a thread works.
#define PROFILESTATIC_ADDENGINE(threadID, name, graphId) \
  OPENMATRIX_PROFILE(AddEngineID(threadID, name, graphId))
/// @brief Names a type of work. At namespace scope; `id` is part of the object's name.
#define PROFILESTATIC_REGTYPE(id, type, text) \
  static const ::hiai::ProfileTypeRegister g_##id##_profile_type(type, text);
