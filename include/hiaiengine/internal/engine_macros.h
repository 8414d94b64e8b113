// The macros that turn a class into an engine: HIAI_DEFINE_PROCESS in its body,
// HIAI_IMPL_ENGINE_PROCESS before the body of its Process. Included by hiaiengine/engine.h.
//
// Port counts are pasted into names: plain integers 1 .. 16, or macros that expand to them.
#pragma once

// Most engines use some of their arguments only.
#define OPENMATRIX_MAY_BE_UNUSED __attribute__((unused))

/// @brief Parameters of Process for 1 .. 16 input ports; they are named arg0 .. arg15.
#define HIAI_INPUT_ARGS_1 std::shared_ptr<void>& arg0 OPENMATRIX_MAY_BE_UNUSED
#define HIAI_INPUT_ARGS_2 HIAI_INPUT_ARGS_1, std::shared_ptr<void>& arg1 OPENMATRIX_MAY_BE_UNUSED
#define HIAI_INPUT_ARGS_3 HIAI_INPUT_ARGS_2, std::shared_ptr<void>& arg2 OPENMATRIX_MAY_BE_UNUSED
#define HIAI_INPUT_ARGS_4 HIAI_INPUT_ARGS_3, std::shared_ptr<void>& arg3 OPENMATRIX_MAY_BE_UNUSED
#define HIAI_INPUT_ARGS_5 HIAI_INPUT_ARGS_4, std::shared_ptr<void>& arg4 OPENMATRIX_MAY_BE_UNUSED
#define HIAI_INPUT_ARGS_6 HIAI_INPUT_ARGS_5, std::shared_ptr<void>& arg5 OPENMATRIX_MAY_BE_UNUSED
#define HIAI_INPUT_ARGS_7 HIAI_INPUT_ARGS_6, std::shared_ptr<void>& arg6 OPENMATRIX_MAY_BE_UNUSED
#define HIAI_INPUT_ARGS_8 HIAI_INPUT_ARGS_7, std::shared_ptr<void>& arg7 OPENMATRIX_MAY_BE_UNUSED
#define HIAI_INPUT_ARGS_9 HIAI_INPUT_ARGS_8, std::shared_ptr<void>& arg8 OPENMATRIX_MAY_BE_UNUSED
#define HIAI_INPUT_ARGS_10 HIAI_INPUT_ARGS_9, std::shared_ptr<void>& arg9 OPENMATRIX_MAY_BE_UNUSED
#define HIAI_INPUT_ARGS_11 HIAI_INPUT_ARGS_10, std::shared_ptr<void>& arg10 OPENMATRIX_MAY_BE_UNUSED
#define HIAI_INPUT_ARGS_12 HIAI_INPUT_ARGS_11, std::shared_ptr<void>& arg11 OPENMATRIX_MAY_BE_UNUSED
#define HIAI_INPUT_ARGS_13 HIAI_INPUT_ARGS_12, std::shared_ptr<void>& arg12 OPENMATRIX_MAY_BE_UNUSED
#define HIAI_INPUT_ARGS_14 HIAI_INPUT_ARGS_13, std::shared_ptr<void>& arg13 OPENMATRIX_MAY_BE_UNUSED
#define HIAI_INPUT_ARGS_15 HIAI_INPUT_ARGS_14, std::shared_ptr<void>& arg14 OPENMATRIX_MAY_BE_UNUSED
#define HIAI_INPUT_ARGS_16 HIAI_INPUT_ARGS_15, std::shared_ptr<void>& arg15 OPENMATRIX_MAY_BE_UNUSED
/// @brief Parameters of Process for `num` input ports.
#define HIAI_INPUT_ARGS(num) OPENMATRIX_PASTE(HIAI_INPUT_ARGS_, num)

/// @brief The first 1 .. 16 elements of Run's `args`.
#define HIAI_ARGS_LIST_1 args[0]
#define HIAI_ARGS_LIST_2 HIAI_ARGS_LIST_1, args[1]
#define HIAI_ARGS_LIST_3 HIAI_ARGS_LIST_2, args[2]
#define HIAI_ARGS_LIST_4 HIAI_ARGS_LIST_3, args[3]
#define HIAI_ARGS_LIST_5 HIAI_ARGS_LIST_4, args[4]
#define HIAI_ARGS_LIST_6 HIAI_ARGS_LIST_5, args[5]
#define HIAI_ARGS_LIST_7 HIAI_ARGS_LIST_6, args[6]
#define HIAI_ARGS_LIST_8 HIAI_ARGS_LIST_7, args[7]
#define HIAI_ARGS_LIST_9 HIAI_ARGS_LIST_8, args[8]
#define HIAI_ARGS_LIST_10 HIAI_ARGS_LIST_9, args[9]
#define HIAI_ARGS_LIST_11 HIAI_ARGS_LIST_10, args[10]
#define HIAI_ARGS_LIST_12 HIAI_ARGS_LIST_11, args[11]
#define HIAI_ARGS_LIST_13 HIAI_ARGS_LIST_12, args[12]
#define HIAI_ARGS_LIST_14 HIAI_ARGS_LIST_13, args[13]
#define HIAI_ARGS_LIST_15 HIAI_ARGS_LIST_14, args[14]
#define HIAI_ARGS_LIST_16 HIAI_ARGS_LIST_15, args[15]
/// @brief The first `num` elements of Run's `args`.
#define HIAI_ARGS_LIST(num) OPENMATRIX_PASTE(HIAI_ARGS_LIST_, num)

/// @brief HIAIEngine followed by `name`.
#define HIAI_ENGINE_NAME(name) OPENMATRIX_PASTE(HIAIEngine, name)

#define OPENMATRIX_PASTE(a, b) OPENMATRIX_PASTE_EXPANDED(a, b)
#define OPENMATRIX_PASTE_EXPANDED(a, b) a##b

// Users mark their overrides or do not; the members that a macro writes must please clang in both
// cases, so they say nothing and its warning is off for them.
#if defined(__clang__)
#define OPENMATRIX_QUIET_OVERRIDES_BEGIN \
  _Pragma("clang diagnostic push")       \
      _Pragma("clang diagnostic ignored \"-Winconsistent-missing-override\"")
#define OPENMATRIX_QUIET_OVERRIDES_END _Pragma("clang diagnostic pop")
#else
#define OPENMATRIX_QUIET_OVERRIDES_BEGIN
#define OPENMATRIX_QUIET_OVERRIDES_END
#endif

/// @brief In the body of an engine class: declares Process with `inputPortNum` arguments and what
/// the runtime calls around it. Leaves the access level at protected.
#define HIAI_DEFINE_PROCESS(inputPortNum, outputPortNum)                         \
 protected:                                                                      \
  HIAI_StatusT Process(HIAI_INPUT_ARGS(inputPortNum));                           \
  OPENMATRIX_QUIET_OVERRIDES_BEGIN                                               \
  HIAI_StatusT InitMsgQueue() { return InitQueue(inputPortNum, outputPortNum); } \
  HIAI_StatusT Run(std::vector<std::shared_ptr<void>>& args) {                   \
    if (args.size() < inputPortNum) return HIAI_ENGINE_RUN_ARGS_NOT_RIGHT;       \
    return Process(HIAI_ARGS_LIST(inputPortNum));                                \
  }                                                                              \
  OPENMATRIX_QUIET_OVERRIDES_END

// Creator and registrar have internal linkage: several classes, libraries and files of one program
// never meet.
/// @brief Registers class `engineClass` under `name`; `ctr` makes the names unique in the file.
#define HIAI_REGISTER_ENGINE_UNIQUE(name, engineClass, ctr)                              \
  static ::hiai::Engine* OPENMATRIX_PASTE(HIAI_Engine_Creator_, ctr)() {                 \
    return new (std::nothrow) engineClass;                                               \
  }                                                                                      \
  static const ::hiai::HIAIEngineAutoRegister OPENMATRIX_PASTE(g_engine_registor_, ctr)( \
      name, OPENMATRIX_PASTE(HIAI_Engine_Creator_, ctr));

/// @brief Registers class `engineClass` under `name` and opens the definition of its Process; the
/// body follows. The arguments are named arg0, arg1, ...
#define HIAI_IMPL_ENGINE_PROCESS(name, engineClass, inputPortNum) \
  HIAI_REGISTER_ENGINE_UNIQUE(name, engineClass, __COUNTER__)     \
  HIAI_StatusT engineClass::Process(HIAI_INPUT_ARGS(inputPortNum))
