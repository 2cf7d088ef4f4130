/** Files of scripts/workers, by their addresses. */
declare module "asset:*" {
  const address: string;
  export default address;
}

/** As much of Alpine as we use. */
declare module "@alpinejs/csp" {
  /** What Alpine adds to each component. */
  interface Magics {
    $el: HTMLElement;
    $root: HTMLElement;
    $refs: Record<string, any>;
    $dispatch(event: string, detail?: unknown): void;
    $nextTick(then?: () => void): Promise<void>;
    $watch(name: string, heard: (now: any, before: any) => void): void;
  }
  interface Alpine {
    data<T extends object, Given extends any[]>(
      name: string,
      make: (...given: Given) => T & ThisType<T & Magics>,
    ): void;
    magic(name: string, make: (element: HTMLElement) => unknown): void;
    store(name: string, value?: unknown): any;
    directive(name: string, use: (element: HTMLElement, how: any, tools: any) => void): void;
    initTree(element: Element): void;
    start(): void;
  }
  const Alpine: Alpine;
  export default Alpine;
}
