// Where things lie in the memory of a random program. Read by the assembler (runtime.S, handlers.S) and, line
// by line, by layout.py; plain numbers only, so that both can.
//
// The first 2 MiB belong to the harness: code, what the handlers keep, the log of traps, the checkpoints and
// one descriptor a scene. Scene n has the 2 MiB from SCENES + n * SCENE_BYTES.
#define RAM 0x80000000
#define RAM_BYTES 0x1000000
#define LOG 0x80010000
#define LOG_BYTES 0x10000
#define COUNTS 0x80020000
#define CHECKPOINTS 0x80040000
#define CHECKPOINTS_BYTES 0x40000
#define DESCRIPTORS 0x80080000
#define DESCRIPTOR_BYTES 0x1000
#define SCENE_COUNT 0x80088000
#define RESUME_TABLES 0x80100000
#define RESUME_TABLE_BYTES 0x10000
#define SCENES 0x80200000
#define SCENE_BYTES 0x200000
#define MAX_SCENES 7

// Within a scene. The code window is as large as it is aligned: an address's lower 16 bits are the offset in
// it.
#define CODE_BYTES 0x10000
#define SCENE_SETUP 0x10000
#define SCENE_SETUP_BYTES 0x8000
#define SCENE_DATA 0x20000
#define DATA_PAGES 32
#define POOL_PAGES 2
#define SCENE_TABLES 0x40000
#define TABLE_PAGES 64

// The control block, at CONTROL; mscratch points to it in the bodies. x and f registers come first, then
// CSRs.
#define CONTROL 0x80008000
#define SAVED_X 0
#define SAVED_F 256
#define SAVED_CSRS 512
#define C_HASH 1024
#define C_MULTIPLIER 1032
#define C_LOG 1040
#define C_BUDGET 1048
#define C_PHYSICAL 1056
#define C_USER 1064
#define C_END 1072
#define C_TABLE 1080
#define C_DESCRIPTOR 1088
#define C_RANDOM 1096
#define C_ITERATIONS 1104
#define C_SCENE 1112
#define C_CHECKPOINT 1120
#define C_DUMMY 1128
#define C_START 1136
#define C_REPEATS 1144
#define C_BREAK_MODE 1152
// The supervisor's handler saves registers here; sscratch points to it.
#define SUPERVISOR 2048

// A scene's descriptor.
#define D_PHYSICAL 0
#define D_USER 8
#define D_END 16
#define D_TABLE 24
#define D_ITERATIONS 32
#define D_BUDGET 40
#define D_START 48
#define D_POOL 56
#define D_SETUPS 64
#define D_SLOT_DATA 96
#define D_SLOT_POOL 104
#define D_ROUNDING 112
#define D_SEED 120
#define D_PAGE_RESUME 128
#define D_CALL_MODES 160
#define D_REPEATS 176
#define D_BREAK_MODE 184
#define D_STACK_POINTERS 192
#define D_DATA_POINTERS 288
#define D_POOL_POINTERS 384
