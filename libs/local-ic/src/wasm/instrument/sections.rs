//! Taking a module apart and putting it together again.

use super::function::{Inserted, rewrite};
use super::renumber::Renumber;
use super::{
    COUNTER, DIRTY, DIRTY_MEMORY_INDEX, DIRTY_MEMORY_PAGES, HEAP_MEMORY_INDEX, MEMORY,
    OUT_OF_INSTRUCTIONS, OUT_OF_INSTRUCTIONS_MODULE, START, TABLE, global_export,
};
use super::{Instrumented, initial};
use crate::memory::PageMap;
use crate::wasm::Global;
use crate::wasm::validate::{InvalidModule, ModuleInfo};
use wasm_encoder::reencode::Reencode;
use wasm_encoder::{
    CodeSection, ConstExpr, DataCountSection, DataSection, ElementSection, EntityType, ExportKind,
    ExportSection, FunctionSection, GlobalSection, GlobalType, ImportSection, MemorySection,
    MemoryType, Module, NameSection, TableSection, TypeSection, ValType,
};
use wasmparser::{DataKind, ElementItems, ElementKind, KnownCustom, Payload};

/// The sections of the new module, filled in the order of the old one's.
pub(super) struct Sections<'a> {
    info: &'a ModuleInfo,
    renumber: Renumber,
    types: TypeSection,
    imports: ImportSection,
    functions: FunctionSection,
    tables: TableSection,
    globals: GlobalSection,
    exports: ExportSection,
    elements: ElementSection,
    code: CodeSection,
    data: DataSection,
    names: Option<NameSection>,
    /// Number of parameters of each type.
    params: Vec<u32>,
    /// The types of the functions whose bodies have not come yet, last one first.
    bodies: Vec<u32>,
    table_sizes: Vec<u64>,
    /// Indices of the mutable globals.
    mutable: Vec<u32>,
    heap: PageMap,
    initial_globals: Vec<Global>,
    instructions: u64,
}

impl<'a> Sections<'a> {
    pub(super) fn new(info: &'a ModuleInfo) -> Self {
        Self {
            info,
            renumber: Renumber { imported: 0 },
            types: TypeSection::new(),
            imports: ImportSection::new(),
            functions: FunctionSection::new(),
            tables: TableSection::new(),
            globals: GlobalSection::new(),
            exports: ExportSection::new(),
            elements: ElementSection::new(),
            code: CodeSection::new(),
            data: DataSection::new(),
            names: None,
            params: Vec::new(),
            bodies: Vec::new(),
            table_sizes: Vec::new(),
            mutable: Vec::new(),
            heap: PageMap::default(),
            initial_globals: Vec::new(),
            instructions: 0,
        }
    }

    /// Takes over the next section of the module.
    pub(super) fn read(&mut self, payload: Payload<'_>) -> Result<(), InvalidModule> {
        match payload {
            Payload::TypeSection(section) => {
                for ty in section.clone().into_iter_err_on_gc_types() {
                    self.params.push(length(ty?.params().len()));
                }
                self.renumber.parse_type_section(&mut self.types, section)?;
            }
            Payload::ImportSection(section) => {
                self.renumber
                    .parse_import_section(&mut self.imports, section)?;
                self.renumber.imported = self.imports.len();
            }
            Payload::FunctionSection(section) => {
                self.bodies = section.clone().into_iter().collect::<Result<_, _>>()?;
                self.bodies.reverse();
                self.renumber
                    .parse_function_section(&mut self.functions, section)?;
            }
            Payload::TableSection(section) => {
                for table in section.clone() {
                    self.table_sizes.push(table?.ty.initial);
                }
                self.renumber
                    .parse_table_section(&mut self.tables, section)?;
            }
            Payload::GlobalSection(section) => {
                for (index, global) in section.clone().into_iter().enumerate() {
                    let global = global?;
                    if global.ty.mutable {
                        self.initial_globals
                            .push(initial::global(index, &global.init_expr)?);
                        self.mutable.push(length(index));
                    }
                }
                self.renumber
                    .parse_global_section(&mut self.globals, section)?;
            }
            Payload::ExportSection(section) => {
                self.renumber
                    .parse_export_section(&mut self.exports, section)?;
            }
            Payload::StartSection { func, .. } => {
                let func = self.renumber.function_index(func)?;
                self.exports.export(START, ExportKind::Func, func);
            }
            Payload::ElementSection(section) => self.read_elements(section)?,
            Payload::CodeSectionEntry(body) => {
                let ty = self
                    .bodies
                    .pop()
                    .expect("validated: as many bodies as functions");
                let params = self.params[ty as usize];
                let inserted = self.inserted();
                let (body, instructions) = rewrite(&body, params, inserted, &mut self.renumber)?;
                self.code.function(&body);
                self.instructions += instructions;
            }
            Payload::DataSection(section) => self.read_data(section)?,
            Payload::CustomSection(section) => {
                if let KnownCustom::Name(names) = section.as_known() {
                    // Nobody has checked this section; names are worth having, but nothing more.
                    self.names = self.renumber.custom_name_section(names).ok();
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn read_elements(
        &mut self,
        section: wasmparser::ElementSectionReader<'_>,
    ) -> Result<(), InvalidModule> {
        for segment in section.clone() {
            let segment = segment?;
            if let ElementKind::Active {
                table_index,
                offset_expr,
            } = &segment.kind
            {
                let items = match &segment.items {
                    ElementItems::Functions(items) => items.count(),
                    ElementItems::Expressions(_, items) => items.count(),
                };
                let table = self.table_sizes[table_index.unwrap_or(0) as usize];
                initial::elements(table, offset_expr, items)?;
            }
        }
        self.renumber
            .parse_element_section(&mut self.elements, section)?;
        Ok(())
    }

    fn read_data(
        &mut self,
        section: wasmparser::DataSectionReader<'_>,
    ) -> Result<(), InvalidModule> {
        for segment in section {
            let segment = segment?;
            match &segment.kind {
                DataKind::Passive => {
                    self.data.passive(segment.data.iter().copied());
                }
                DataKind::Active { offset_expr, .. } => {
                    initial::segment(
                        &mut self.heap,
                        self.info.heap_min_pages,
                        offset_expr,
                        segment.data,
                    )?;
                    self.data.passive([]);
                }
            }
        }
        Ok(())
    }

    /// Only once the sections before the code have been read.
    fn inserted(&self) -> Inserted {
        Inserted {
            counter: self.globals.len(),
            out_of_instructions: self.renumber.imported,
        }
    }

    /// Adds what is inserted and encodes the module.
    pub(super) fn finish(mut self) -> Instrumented {
        let inserted = self.inserted();
        self.instructions += 2 * u64::from(self.globals.len());

        let nothing = self.types.len();
        self.types.ty().function([], []);
        self.imports.import(
            OUT_OF_INSTRUCTIONS_MODULE,
            OUT_OF_INSTRUCTIONS,
            EntityType::Function(nothing),
        );
        let counter = GlobalType {
            val_type: ValType::I64,
            mutable: true,
            shared: false,
        };
        self.globals.global(counter, &ConstExpr::i64_const(0));
        self.exports
            .export(COUNTER, ExportKind::Global, inserted.counter);
        for (n, index) in self.mutable.iter().enumerate() {
            self.exports
                .export(&global_export(n), ExportKind::Global, *index);
        }
        self.exports
            .export(MEMORY, ExportKind::Memory, HEAP_MEMORY_INDEX);
        self.exports
            .export(DIRTY, ExportKind::Memory, DIRTY_MEMORY_INDEX);
        if !self.table_sizes.is_empty() {
            self.exports.export(TABLE, ExportKind::Table, 0);
        }

        let mut module = Module::new();
        module
            .section(&self.types)
            .section(&self.imports)
            .section(&self.functions)
            .section(&self.tables)
            .section(&memories(self.info))
            .section(&self.globals)
            .section(&self.exports)
            .section(&self.elements);
        if !self.data.is_empty() {
            module.section(&DataCountSection {
                count: self.data.len(),
            });
        }
        module.section(&self.code).section(&self.data);
        if let Some(names) = &self.names {
            module.section(names);
        }
        Instrumented {
            wasm: module.finish(),
            initial_heap: self.heap,
            initial_globals: self.initial_globals,
            instructions: self.instructions,
        }
    }
}

/// The heap, and the memory that holds a mark for each of its pages.
fn memories(info: &ModuleInfo) -> MemorySection {
    let memory = |minimum, maximum| MemoryType {
        minimum,
        maximum,
        memory64: false,
        shared: false,
        page_size_log2: None,
    };
    let mut memories = MemorySection::new();
    if info.has_memory {
        memories.memory(memory(info.heap_min_pages, info.heap_max_pages));
    } else {
        memories.memory(memory(0, Some(0)));
    }
    memories.memory(memory(DIRTY_MEMORY_PAGES, Some(DIRTY_MEMORY_PAGES)));
    memories
}

fn length(len: usize) -> u32 {
    u32::try_from(len).expect("validated: WebAssembly counts in u32")
}
