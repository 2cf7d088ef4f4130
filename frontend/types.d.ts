/** Files of scripts/workers, by their addresses. */
declare module "asset:*" {
  const address: string;
  export default address;
}

/** As much of Alpine as we use. */
declare module "@alpinejs/csp" {
  interface Alpine {
    data(name: string, make: (...given: any[]) => object): void;
    magic(name: string, make: (element: HTMLElement) => unknown): void;
    store(name: string, value?: unknown): any;
    directive(name: string, use: (element: HTMLElement, how: any, tools: any) => void): void;
    initTree(element: Element): void;
    start(): void;
  }
  const Alpine: Alpine;
  export default Alpine;
}
